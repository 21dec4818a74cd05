import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { microUsd } from '../../shared/units.ts'
import { requirePayable } from '../chain/cluster.ts'
import type { Chain } from '../chain/chain.ts'
import { joinProviders } from '../chain/providers.ts'
import { createSolanaChain } from '../chain/solana.ts'
import { loadWallet } from '../chain/wallet.ts'
import type { Clock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import { loadPrivateFile } from '../kernel/key-file.ts'
import { runAll } from '../kernel/lifecycle.ts'
import type { Logger } from '../kernel/log.ts'
import { packageVersion } from '../kernel/paths.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import type { CoordinatorConfig } from './config.ts'
import { openBlobStores } from './blob-stores.ts'
import { createForgetting } from './audit/forgetting.ts'
import { type Core, createCore } from './core.ts'
import { type CoordinatorEvents, coordinatorEvents } from './events.ts'
import { createGrid } from './gridding.ts'
import { createHandlers } from './http/handlers.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { createHttpServer } from './http/server.ts'
import { createIncidenting, withSimulations } from './incidenting.ts'
import type { Incidents } from './incidents/incidents.ts'
import { accountOf, createJobMoney } from './job-money.ts'
import { requesterDeposit } from './ledger/entries.ts'
import { book, checkLedger } from './ledger/ledger.ts'
import { listPayouts } from './payouts/listing.store.ts'
import { createPaying } from './paying.ts'
import { type Db, openDatabase, ping, transact } from './persistence/database.ts'
import { createPlanRunner } from './planning-thread.ts'
import { createForesight, createPlanning } from './planning.ts'
import { createReceipting } from './receipting.ts'
import { type ReceiptIssuer, createReceiptIssuer } from './receipts/issue.ts'
import { bundleOf, consistencyProof, listReceipts } from './receipts/read.ts'
import { generateApiKey, grantApiKey } from './registry/api-keys.ts'
import { createTidying } from './tidying.ts'

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
const DAY_MS = 86_400_000

/** Builds every part of the coordinator, runs them until `signal` aborts, releases everything. No other file constructs a part. */
export async function startCoordinator(config: CoordinatorConfig, { clock, log }: CoordinatorPorts, signal: AbortSignal): Promise<RunningCoordinator> {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 })
  const chain = openChain(config, clock)
  const cluster = requirePayable(await chain.genesisHash(), config)
  const secrets = openSecrets(config.dataDirectory)
  const { wallet, receiptSigner, logSigner, apiKey } = secrets
  const db = await openDatabase(join(config.dataDirectory, 'coordinator.sqlite'))
  const events = coordinatorEvents(log)
  const ids = createIds(clock)
  await grantApiKey(db, { requesterId: OWNER, name: 'Owner of this coordinator', apiKey, at: clock.now() })
  const stores = openBlobStores(config, { clock, nextName: ids.next })
  const grid = createGrid({ config, db, clock, events, shutdown: signal })
  const { oracle, history, providers } = grid
  const issuer = createReceiptIssuer({ receiptSigner, logSigner, clock, ids })
  const { settle, ...money } = createJobMoney(clock, ids)
  const core: Core = createCore({
    config,
    db,
    stores,
    clock,
    ids,
    random: randomBytes,
    isOperator: (requesterId) => requesterId === OWNER,
    events,
    plan: createPlanning({
      foresee: withSimulations(createForesight({ oracle, history, clock, shutdown: signal }), { db, clock }),
      availability: (nodeId, zone) => core.registry.availability(nodeId, zone),
      run: createPlanRunner(signal),
    }),
    money,
    settle,
    prepareReceipts: createReceipting({ issuer, oracle, clock, shutdown: signal }),
  })
  const incidents = createIncidenting({ db, clock, ids, core, oracle, history, providers, events, shutdown: signal })
  const forgetInputs = createForgetting({ db, clock, keepMs: config.decisionInputDays * DAY_MS, onFailure: events.forgettingFailed })
  const paying = createPaying({ config, db, chain, wallet, cluster, clock, ids, log, recordEvent: core.recordEvent })
  const app = await createApp({ config, clock, db, core, incidents, grid: grid.answers, issuer, secrets, cluster, events })
  core.hub.attach(app.server)
  const url = await listen(app, config)
  events.listening(url)
  const running = runAll(signal, [
    core.registry.run,
    core.jobs.run,
    core.challenges.run,
    core.closing.run,
    core.hub.run,
    incidents.run,
    grid.run,
    paying.run,
    forgetInputs,
    createTidying({ clock, tidy: core.checkpoints.tidy, onFailure: events.storeFailed }),
  ])
  const closed = running.finally(async () => {
    await app.close()
    await db.destroy()
  })
  const deposit = async (id: string, amountMicroUsd: bigint) => {
    await transact(db, (tx) => book(tx, requesterDeposit({ id, requesterId: OWNER, amount: microUsd(amountMicroUsd), at: clock.now() })))
  }
  return { url, apiKey, cluster, hotWallet: wallet.address, deposit, closed }
}

/** What decides whether money has moved needs two answers, where two endpoints are configured. */
function openChain({ rpcUrls: [first, ...others] }: CoordinatorConfig, clock: Clock): Chain {
  return joinProviders([createSolanaChain({ url: first, clock }), ...others.map((url) => createSolanaChain({ url, clock }))])
}

/** Every secret in a file of its own, made on first use. */
function openSecrets(directory: string) {
  const signer = (name: string) => createSigner(loadPrivateFile(join(directory, name), generateKeyPem))
  return {
    wallet: loadWallet(join(directory, 'hot-wallet.pem')),
    receiptSigner: signer('receipt-key.pem'),
    logSigner: signer('log-key.pem'),
    apiKey: loadPrivateFile(join(directory, 'api-key'), () => generateApiKey(randomBytes)),
  }
}

interface AppParts {
  readonly config: CoordinatorConfig
  readonly clock: Clock
  readonly db: Db
  readonly core: Core
  readonly incidents: Incidents
  readonly grid: CoordinatorParts['grid']
  readonly issuer: ReceiptIssuer
  readonly secrets: ReturnType<typeof openSecrets>
  readonly cluster: string
  readonly events: CoordinatorEvents
}

/** The HTTP border over everything that answers it; not yet listening. */
function createApp({ config, clock, db, core, incidents, grid, issuer, secrets, cluster, events }: AppParts) {
  const { receiptSigner, logSigner, wallet } = secrets
  return createHttpServer({
    clock,
    version: packageVersion,
    access: core.access,
    blobs: core.blobs,
    checkpoints: core.checkpoints,
    host: config.host,
    trustProxy: config.trustProxy,
    limits: config.limits,
    onFailure: (error, { method, path }) => events.requestFailed(method, path, messageOf(error)),
    handlers: createHandlers({
      clock,
      version: packageVersion,
      ...core.parts,
      incidents,
      health: () =>
        ping(db).then(
          () => 'ok' as const,
          () => 'degraded' as const,
        ),
      keys: () => ({ receiptKey: receiptSigner.publicJwk, logKey: logSigner.publicJwk, logId: logSigner.keyId, cluster, hotWallet: wallet.address }),
      receipts: {
        get: (receiptId) => bundleOf(db, receiptId),
        list: (_, page) => listReceipts(db, page),
        treeHead: () => issuer.currentTreeHead(db),
        consistency: (from, to) => consistencyProof(db, from, to),
      },
      ledger: { account: (requesterId) => accountOf(db, requesterId), check: () => checkLedger(db) },
      payouts: { list: (page) => listPayouts(db, page) },
      grid,
    }),
  })
}

async function listen(app: Awaited<ReturnType<typeof createHttpServer>>, { host, port }: Pick<CoordinatorConfig, 'host' | 'port'>): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (error) {
    throw new WindfallError('config.invalid', `The coordinator cannot listen on ${host}:${port} (${messageOf(error)}). Choose another port.`, { cause: error })
  }
}
