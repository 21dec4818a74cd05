import { mkdirSync } from 'node:fs'
import { WindfallError } from '../../shared/errors.ts'
import { microUsd } from '../../shared/units.ts'
import { requirePayable } from '../chain/cluster.ts'
import type { Clock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import { runAll } from '../kernel/lifecycle.ts'
import { createRandomBytes } from '../kernel/random.ts'
import type { Logger } from '../kernel/log.ts'
import type { CoordinatorConfig } from './config.ts'
import { openBlobStores } from './blob-stores.ts'
import { createBookkeeping } from './bookkeeping.ts'
import { createForgetting } from './audit/forgetting.ts'
import { createEvidencing } from './evidencing.ts'
import { createExporting } from './exporting.ts'
import { type Core, createCore } from './core.ts'
import { createCrediting, creditReceipts } from './crediting.ts'
import { createDepositing } from './depositing.ts'
import { coordinatorEvents } from './events.ts'
import { createGrid } from './gridding.ts'
import { createIncidenting, withSimulations } from './incidenting.ts'
import { openInbox } from './intake/open-inbox.ts'
import { createJobMoney } from './job-money.ts'
import { createRetention } from './jobs/retention.ts'
import { deposit as depositOf } from './ledger/requester-money.ts'
import { createLogKeeping } from './log-keeping.ts'
import { createPaying, openChain } from './paying.ts'
import { transact } from './persistence/database.ts'
import { createPlanRunner } from './planning-thread.ts'
import { createForesight, createPlanning } from './planning.ts'
import { createReceipting } from './receipting.ts'
import { createReceiptIssuer } from './receipts/issue.ts'
import { grantApiKey } from './registry/api-keys.ts'
import { openSecrets } from './secrets.ts'
import { createApp, listen } from './serving.ts'
import { createSharing } from './sharing.ts'
import { openState } from './storing.ts'
import { createTidying } from './tidying.ts'
import { createVaulting } from './vaulting.ts'
import { openVerificationAccount } from './verification-money.ts'
import { checkPayable, originOf } from './walleting.ts'

export interface CoordinatorPorts {
  readonly clock: Clock
  readonly log: Logger
}

export interface RunningCoordinator {
  readonly url: string
  /** Key of the requester that owns this coordinator. */
  readonly apiKey: string
  readonly cluster: string
  readonly hotWallet: string
  /** Credits the owner's prepaid balance once per `id`, micro-USD. */
  readonly deposit: (id: string, amountMicroUsd: bigint) => Promise<void>
  /** Settles when everything has been released after the signal aborted; rejects if a part failed. */
  readonly closed: Promise<void>
}

const OWNER = 'owner'
const operatorsOf =
  ({ operators }: Pick<CoordinatorConfig, 'operators'>) =>
  (requesterId: string): boolean =>
    requesterId === OWNER || operators.includes(requesterId)
const DAY_MS = 86_400_000

/** Builds every part of the coordinator, runs them until `signal` aborts, releases everything. No other file constructs a part. */
export async function startCoordinator(config: CoordinatorConfig, { clock, log }: CoordinatorPorts, signal: AbortSignal): Promise<RunningCoordinator> {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  const chain = openChain(config, clock)
  const cluster = requirePayable(await chain.genesisHash(), config)
  const isOperator = operatorsOf(config)
  const secrets = openSecrets(config)
  const { wallet, receiptSigner, logSigner, apiKey } = secrets
  const events = coordinatorEvents(log)
  const db = await openState(config, events.databaseLost)
  const ids = createIds(clock)
  await grantApiKey(db, { requesterId: OWNER, name: 'Owner of this coordinator', apiKey, at: clock.now() })
  await openVerificationAccount(db, clock.now())
  const stores = openBlobStores(config, { clock, nextName: ids.next })
  const grid = createGrid({ config, db, clock, events, shutdown: signal })
  const { oracle, history, providers } = grid
  const issuer = createReceiptIssuer({ receiptSigner, logSigner, clock, ids })
  const { settle, accrue, ...money } = createJobMoney(clock, ids)
  const sharing = createSharing({ config, db, clock, ids, secrets, cluster, events })
  const { replicaId, shards, neighbours } = sharing
  const inbox = await openInbox({ dataDirectory: config.dataDirectory, db, replicaId })
  const core: Core = createCore({
    config,
    db,
    shards,
    neighbours,
    stores,
    inbox,
    clock,
    ids,
    random: createRandomBytes(),
    challengeKey: secrets.challengeKey,
    isOperator,
    events,
    plan: createPlanning({
      foresee: withSimulations(createForesight({ oracle, history, clock, shutdown: signal }), { db, clock }),
      availability: (nodeId, zone) => core.registry.availability(nodeId, zone),
      run: createPlanRunner(clock, signal),
    }),
    money,
    settle,
    accrue,
    prepareReceipts: createReceipting({ issuer, oracle, clock, shutdown: signal, credit: creditReceipts(clock) }),
    wallets: { cluster, origin: () => originOf(config, url), checkPayable: (address) => checkPayable(chain, address) },
  })
  const incidents = createIncidenting({
    db,
    loopDb: shards.fenced('planning'),
    neighbours,
    clock,
    ids,
    core,
    oracle,
    history,
    providers,
    events,
    shutdown: signal,
  })
  const forgetInputs = createForgetting({ db: shards.fenced('upkeep'), clock, keepMs: config.decisionInputDays * DAY_MS, onFailure: events.forgettingFailed })
  const { recordEvent, decide } = core
  const onChain = { config, db, loopDb: shards.fenced('payouts'), chain, wallet, cluster, clock, isOperator, decide }
  const paying = createPaying({ ...onChain, ids, log, recordEvent })
  const depositing = createDepositing({ ...onChain, random: createRandomBytes(), events })
  const vaulting = createVaulting({ ...onChain, onFailure: events.vaultsUnseen })
  const logKeeping = createLogKeeping({
    db,
    loopDb: shards.fenced('upkeep'),
    logSigner,
    clock,
    everyMs: config.anchorEveryMs,
    isOperator,
    onFailure: events.headsUnsigned,
  })
  const replicas = async (by: string) => {
    if (!isOperator(by)) throw new WindfallError('auth.refused', 'Only the operator of this coordinator may see this. Ask with its key.')
    return { ...(await sharing.replicas()), intake: core.intake.load() }
  }
  const ledger = createBookkeeping({
    db,
    clock,
    isOperator,
    decide,
    signer: receiptSigner,
    holdings: paying.holdings,
    checkVaults: vaulting.check,
    shutdown: signal,
    microUsdPerEur: config.microUsdPerEur,
  })
  const app = await createApp({
    config,
    clock,
    db,
    core,
    incidents,
    replicas,
    grid: grid.answers,
    ledger,
    payouts: paying.calls,
    deposits: depositing.calls,
    vaults: vaulting.calls,
    log: logKeeping.calls,
    evidence: createEvidencing({ db, clock, isOperator, decide, signer: receiptSigner }),
    exports: await createExporting({ db, clock, isOperator, signer: receiptSigner, logId: logSigner.keyId, publicUrl: config.publicUrl }),
    secrets,
    cluster,
    events,
  })
  core.hub.attach(app.server)
  const url = await listen(app, config)
  const release = async () => {
    await app.close()
    await inbox.close()
    await db.destroy()
  }
  await sharing.join(url).catch((error: unknown) => release().then(() => Promise.reject(error)))
  events.listening(url)
  const tidying = createTidying({ clock, tidy: core.checkpoints.tidy, onFailure: events.storeFailed })
  const retention = createRetention({
    db: shards.fenced('upkeep'),
    clock,
    outputs: stores.outputs,
    keep: { logMs: config.logDays * DAY_MS, outputMs: config.outputDays * DAY_MS },
    onFailure: events.retentionFailed,
  })
  const crediting = createCrediting({ db: shards.fenced('upkeep'), clock, onFailure: events.creditsUnverified })
  const parts = {
    planning: [core.registry.learn, core.jobs.run, incidents.run],
    proofs: [core.challenges.run, core.closing.run],
    payouts: [paying.run, core.walleting.run, depositing.run, vaulting.run],
    upkeep: [core.signals.run, forgetInputs, grid.forget, tidying, retention.run, crediting.run, logKeeping.run],
  }
  const running = runAll(signal, [
    core.registry.run,
    core.standings.run,
    core.canaries.run,
    core.hub.run,
    core.intake.run,
    core.ordering.run,
    grid.run,
    sharing.run(parts, core.ears(incidents.wake)),
  ])
  const closed = running.finally(release)
  const deposit = async (id: string, amountMicroUsd: bigint) => {
    await transact(db, (tx) => depositOf(tx, { id, requesterId: OWNER, amount: microUsd(amountMicroUsd), at: clock.now() }))
  }
  return { url, apiKey, cluster, hotWallet: wallet.address, deposit, closed }
}
