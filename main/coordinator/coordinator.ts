import { mkdirSync } from 'node:fs'
import { messageOf } from '../../shared/errors.ts'
import { microUsd } from '../../shared/units.ts'
import { requirePayable } from '../chain/cluster.ts'
import type { Clock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import { runAll } from '../kernel/lifecycle.ts'
import { packageVersion } from '../kernel/paths.ts'
import { createRandomBytes, random } from '../kernel/random.ts'
import type { Logger } from '../kernel/log.ts'
import type { CoordinatorConfig } from './config.ts'
import { OWNER, accountRoles } from './account-roles.ts'
import { createAuditing } from './auditing.ts'
import { openBlobStores } from './blob-stores.ts'
import { createBookkeeping } from './bookkeeping.ts'
import { createForgetting } from './audit/forgetting.ts'
import { createEvidencing } from './evidencing.ts'
import { createExporting } from './exporting.ts'
import { type Core, createCore } from './core.ts'
import { createCrediting, creditReceipts } from './crediting.ts'
import { createDepositing } from './depositing.ts'
import { until } from './draining.ts'
import { createGrid } from './gridding.ts'
import { createIncidenting, withSimulations } from './incidenting.ts'
import { isUnnamed } from './http/authority.ts'
import { createTls } from './http/tls.ts'
import { socketRules } from './http/upgrade.ts'
import { openInbox } from './intake/open-inbox.ts'
import { createJobMoney } from './job-money.ts'
import { createRetention } from './jobs/retention.ts'
import { deposit as depositOf } from './ledger/requester-money.ts'
import { createLogKeeping } from './log-keeping.ts'
import { createPaying, openChain } from './paying.ts'
import { transact } from './persistence/database.ts'
import { createNoticing } from './noticing.ts'
import { createOperating } from './operating.ts'
import { createPersonal } from './personal.ts'
import { createPlanRunner } from './planning-thread.ts'
import { createForesight, createPlanning } from './planning.ts'
import { createReceipting } from './receipting.ts'
import { createReceiptIssuer } from './receipts/issue.ts'
import { grantApiKey } from './registry/api-keys.ts'
import { openSecrets } from './secrets.ts'
import { createApp, listen } from './serving.ts'
import { createSharing } from './sharing.ts'
import { openState } from './storing.ts'
import { signInRules } from './sign-in-config.ts'
import { createTidying } from './tidying.ts'
import { createVaulting } from './vaulting.ts'
import { createWebhooking, tellOfReceipts } from './webhooking.ts'
import { createTelling } from './webhooks/telling.ts'
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

const DAY_MS = 86_400_000

/** Builds every part of the coordinator, runs them until `signal` aborts, releases everything. No other file constructs a part. */
export async function startCoordinator(config: CoordinatorConfig, { clock, log }: CoordinatorPorts, signal: AbortSignal): Promise<RunningCoordinator> {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  const chain = openChain(config, clock)
  const cluster = requirePayable(await chain.genesisHash(), config)
  const secrets = openSecrets(config)
  const { wallet, receiptSigner, logSigner, apiKey } = secrets
  const operating = createOperating({ config, clock, log, version: packageVersion }, signal)
  const { events, measuring, draining } = operating
  const { quiet, leaving, stop } = draining
  const tls = createTls(config, { clock, events })
  const db = await openState(config, events.databaseLost)
  const ids = createIds(clock)
  await grantApiKey(db, { requesterId: OWNER, name: 'Owner of this coordinator', apiKey, at: clock.now() })
  await openVerificationAccount(db, clock.now())
  const stores = openBlobStores(config, { clock, nextName: ids.next })
  const grid = createGrid({ config, db, clock, events, shutdown: stop, watch: measuring.provider })
  const { oracle, history, providers } = grid
  const issuer = createReceiptIssuer({ receiptSigner, logSigner, clock, ids })
  const telling = createTelling({ clock, ids })
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
    quiet,
    rolesOf: (account) => accountRoles(account, config.operators),
    events,
    plan: measuring.plan(
      createPlanning({
        foresee: withSimulations(createForesight({ oracle, history, clock, shutdown: stop }), { db, clock }),
        availability: (nodeId, zone) => core.registry.availability(nodeId, zone),
        run: createPlanRunner(clock, stop),
      }),
    ),
    money,
    settle,
    accrue,
    prepareReceipts: createReceipting({ issuer, oracle, clock, shutdown: stop, credit: tellOfReceipts(telling, creditReceipts(clock)) }),
    telling,
    signIn: signInRules(config),
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
    shutdown: stop,
  })
  const forgetInputs = createForgetting({ db: shards.fenced('upkeep'), clock, keepMs: config.decisionInputDays * DAY_MS, onFailure: events.forgettingFailed })
  const { recordEvent, decide } = core
  const onChain = { config, db, loopDb: shards.fenced('payouts'), chain, wallet, cluster, clock, decide }
  const paying = createPaying({ ...onChain, ids, recordEvent, events: operating.payoutEvents })
  const depositing = createDepositing({ ...onChain, random: createRandomBytes(), events })
  const vaulting = createVaulting({ ...onChain, onFailure: events.vaultsUnseen })
  const webhooking = createWebhooking({
    config,
    db,
    loopDb: shards.fenced('upkeep'),
    clock,
    ids,
    randomBytes: createRandomBytes(),
    webhookKey: secrets.webhookKey,
    decide,
    events,
  })
  const logKeeping = createLogKeeping({
    db,
    loopDb: shards.fenced('upkeep'),
    logSigner,
    clock,
    everyMs: config.anchorEveryMs,
    onFailure: events.headsUnsigned,
  })
  const auditing = createAuditing({
    db,
    loopDb: shards.fenced('upkeep'),
    clock,
    random: createRandomBytes(),
    ids,
    logSigner,
    keepMs: config.actDetailDays * DAY_MS,
    onFailure: events.actsUnsigned,
  })
  const personal = createPersonal({
    db,
    loopDb: shards.fenced('upkeep'),
    clock,
    ids,
    stores,
    decide,
    undoMs: config.erasureDays * DAY_MS,
    onFailure: events.erasingFailed,
  })
  const { probes, health, checkBooks, runs } = operating.watch({ db, core, shards })
  const replicas = async () => ({ ...(await sharing.replicas()), health: await health(), intake: core.intake.load() })
  const ledger = createBookkeeping({
    db,
    clock,
    decide,
    signer: receiptSigner,
    holdings: paying.holdings,
    checkVaults: vaulting.check,
    shutdown: stop,
    microUsdPerEur: config.microUsdPerEur,
  })
  const changes = createNoticing({
    clock,
    db,
    presence: core.registry.presenceVersion,
    quiet,
    chance: random,
    onFailure: (error) => events.changesUnread(messageOf(error)),
  })
  const app = await createApp({
    config,
    clock,
    ids,
    db,
    core,
    incidents,
    replicas,
    grid: grid.answers,
    ledger,
    payouts: paying.calls,
    deposits: depositing.calls,
    vaults: vaulting.calls,
    webhooks: webhooking.calls,
    log: logKeeping.calls,
    audit: auditing.calls,
    persons: personal.calls,
    acts: auditing.acts,
    evidence: createEvidencing({ db, clock, decide, signer: receiptSigner }),
    exports: await createExporting({ db, clock, signer: receiptSigner, logId: logSigner.keyId, publicUrl: config.publicUrl }),
    secrets,
    cluster,
    events,
    traffic: operating.traffic,
    probes,
    changes,
    tls,
  })
  core.hub.attach(app.server, socketRules(config, tls))
  const url = await listen(app, config)
  const release = async () => {
    await app.close()
    await inbox.close()
    await db.destroy()
  }
  const offerMetrics = await sharing
    .join(url)
    .then(() => operating.listen(probes))
    .catch((error: unknown) => release().then(() => Promise.reject(error)))
  events.listening(url)
  if (isUnnamed(config)) events.unnamed(config.host)
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
    upkeep: [
      core.signals.run,
      forgetInputs,
      grid.forget,
      tidying,
      retention.run,
      crediting.run,
      logKeeping.run,
      webhooking.run,
      auditing.run,
      personal.run,
      checkBooks,
    ],
  }
  const running = runAll(stop, [
    core.registry.run,
    changes.run,
    until(quiet, core.standings.run),
    until(quiet, core.canaries.run),
    until(leaving, core.hub.run),
    core.intake.run,
    until(leaving, core.ordering.run),
    grid.run,
    sharing.run(parts, core.ears(incidents.wake), quiet),
    offerMetrics,
    ...(tls ? [tls.watch(app.server)] : []),
    ...runs,
  ])
  const closed = running.finally(release)
  const deposit = async (id: string, amountMicroUsd: bigint) => {
    await transact(db, (tx) => depositOf(tx, { id, requesterId: OWNER, amount: microUsd(amountMicroUsd), at: clock.now() }))
  }
  return { url, apiKey, cluster, hotWallet: wallet.address, deposit, closed }
}
