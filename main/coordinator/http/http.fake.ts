/** A coordinator's HTTP border over a test core; what other features answer is fixed. */
import { randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { testBundle, testLogKey, testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createSolanaChain } from '../../chain/solana.ts'
import { signRequest } from '../../kernel/http-signature.ts'
import { createIds } from '../../kernel/ids.ts'
import { createLogger } from '../../kernel/log.ts'
import type { Signer } from '../../kernel/signing.ts'
import { createAuditing } from '../auditing.ts'
import { createBookkeeping } from '../bookkeeping.ts'
import { createApproving } from '../approving.ts'
import { OPERATOR, type TestCore, startTestCore } from '../core.fake.ts'
import { createDepositing } from '../depositing.ts'
import { createEvidencing } from '../evidencing.ts'
import { createExporting } from '../exporting.ts'
import { readCoordinatorConfig } from '../config.ts'
import { createLogKeeping } from '../log-keeping.ts'
import { createNoticing } from '../noticing.ts'
import { createOverview } from '../overview.ts'
import { createProfiting } from '../profiting.ts'
import { createPaying } from '../paying.ts'
import { createPersonal } from '../personal.ts'
import { createVaulting } from '../vaulting.ts'
import { createWebhooking } from '../webhooking.ts'
import { createHandlers } from './handlers.ts'
import { coordinatorEvents } from '../events.ts'
import type { CoordinatorParts } from './parts.ts'
import { type TestOperated, type TestOperating, operatingFor } from './operating.fake.ts'
import { Limits } from './limits.ts'
import { type HttpServerDeps, createHttpServer } from './server.ts'

export interface TestServer extends AsyncDisposable {
  readonly core: TestCore
  readonly app: FastifyInstance
  readonly failures: unknown[]
  readonly operating: ReturnType<TestOperating['over']>['operating']
  /** Tells the coordinator to stop; `runs` are what then runs beside the rest. */
  readonly leave: () => void
  readonly changes: ReturnType<typeof createNoticing>
  readonly runs: ReturnType<TestOperating['over']>['runs']
}

const PLENTY = { perSecond: 1e6, burst: 1e6 }
/** Whoever tests is one caller at one address. */
export const GENEROUS: z.input<typeof Limits> = { network: PLENTY, caller: PLENTY, public: PLENTY, named: PLENTY, guesses: PLENTY }

const noIncident = async (): Promise<never> => {
  throw new WindfallError('not-found', 'There is no such incident.')
}

/** A coordinator that knows no grid. */
export const NO_GRID: CoordinatorParts['grid'] = {
  zones: () => [],
  find: async () => noData('that place'),
  signal: async (zone) => noData(zone),
  signalOf: async (zone) => noData(zone),
  history: async (zone) => noData(zone),
  accuracy: async (zone) => noData(zone),
  abundance: async (zone) => noData(zone),
  sun: async () => ({ signal: null, reason: 'This coordinator asks nobody.' }),
}

const noData = (where: string): never => {
  throw new WindfallError('grid.unknown-zone', `There is no data for ${where}.`)
}

const silent = async (): Promise<never> => {
  throw new WindfallError('chain.unavailable', 'There is no chain here.')
}

/** Requests that nobody pays. */
const fakeDeposits = ({ db, clock, decide }: TestCore): CoordinatorParts['deposits'] =>
  createDepositing({
    config: { microUsdPerSol: 200_000_000n, usdcMint: null },
    db,
    loopDb: db,
    chain: { historyOf: silent, transaction: silent },
    cluster: 'localnet',
    wallet: { address: '1'.repeat(32) },
    clock,
    random: randomBytes,
    decide,
    events: coordinatorEvents(createLogger('test', 'silent')),
  }).calls

/** Money over a chain that does not answer. */
const unreached = ({ db, clock, decide }: TestCore) => ({
  db,
  loopDb: db,
  chain: createSolanaChain({ url: 'http://127.0.0.1:1', clock, fetch: silent, tries: 1 }),
  wallet: { address: testAddress(), sign: silent },
  cluster: 'localnet',
  clock,
  decide,
})

const fakeVaults = (core: TestCore): CoordinatorParts['vaults'] =>
  createVaulting({
    ...unreached(core),
    config: { arbiter: toBase58(Buffer.from(testLogKey.publicJwk.x, 'base64url')), usdcMint: '1'.repeat(32) },
    onFailure: () => {},
  }).calls

const fakeLedger = (core: TestCore): CoordinatorParts['ledger'] =>
  createBookkeeping({
    ...core,
    signer: testReceiptKey,
    holdings: async () => [],
    checkVaults: async () => [],
    shutdown: new AbortController().signal,
    microUsdPerEur: 1_080_000n,
  })

const fakePayouts = (core: TestCore, events: TestOperated['payoutEvents']): CoordinatorParts['payouts'] =>
  createPaying({
    ...unreached(core),
    config: readCoordinatorConfig({}, { dataDirectory: '/nowhere', rpcUrls: 'http://127.0.0.1:1' }),
    ids: createIds(core.clock),
    events,
    recordEvent: core.recordEvent,
  }).calls

const fakeWebhooks = ({ db, clock, decide }: TestCore): CoordinatorParts['webhooks'] =>
  createWebhooking({
    config: { egressHosts: [], egressProxy: null, webhookDays: 30 },
    db,
    loopDb: db,
    clock,
    ids: createIds(clock),
    randomBytes,
    webhookKey: randomBytes(32),
    decide,
    events: coordinatorEvents(createLogger('test', 'silent')),
  }).calls

const testAddress = (): string => toBase58(Buffer.from(testReceiptKey.publicJwk.x, 'base64url'))

function ended(end: () => void): () => void {
  end()
  return end
}

type TestOptions = Parameters<typeof startTestCore>[0] & {
  /** Whether who listens for changes is kept; otherwise they hear once, so that the request has an end. */
  readonly keepsLines?: boolean
  /** From where on an act takes a second person. */
  readonly approving?: Partial<Parameters<typeof createApproving>[0]['config']>
  /** How the border differs from that of a coordinator of this machine. */
  readonly border?: Partial<Pick<HttpServerDeps, 'host' | 'names' | 'trustProxy' | 'tls' | 'pace' | 'handlers'>>
}

export async function startTestServer(
  limits = GENEROUS,
  grid = NO_GRID,
  { border = {}, approving = {}, keepsLines = false, ...options }: TestOptions = {},
): Promise<TestServer> {
  const operated = operatingFor(options)
  const core = await startTestCore(operated.options)
  const { operating, probes, health, runs } = operated.over(core)
  const bundle = await testBundle()
  const failures: unknown[] = []
  const exports = await createExporting({
    ...core,
    signer: testReceiptKey,
    logId: testLogKey.keyId,
    publicUrl: null,
  })
  const [ledger, vaults] = [fakeLedger(core), fakeVaults(core)]
  const approvals = createApproving({
    ...core,
    ids: createIds(core.clock),
    config: { operators: [OPERATOR], approvalAboveMicroUsd: null, ...approving },
    parts: { ...core.parts, ledger, vaults },
  })
  const auditing = createAuditing({
    ...core,
    loopDb: core.db,
    random: randomBytes,
    ids: createIds(core.clock),
    logSigner: testLogKey,
    keepMs: 86_400_000,
    onFailure: () => {},
  })
  const handlers = createHandlers({
    ...core.parts,
    overview: createOverview({ ...core, grid }),
    profitability: createProfiting({ ...core, microUsdPerEur: 1_080_000n }),
    approvals,
    replicas: async () => ({ replicas: [], unowned: [], health: await health(), intake: core.intake.load() }),
    incidents: {
      list: async () => ({ items: [], next: null }),
      show: noIncident,
      acknowledge: noIncident,
      close: noIncident,
      simulate: async (_, { zone }) => {
        throw new WindfallError('grid.unknown-zone', `There is no zone ${zone}.`)
      },
    },
    clock: core.clock,
    version: '0.1.0',
    health: async () => 'ok',
    keys: () => ({
      receiptKey: testReceiptKey.publicJwk,
      logKey: testLogKey.publicJwk,
      logId: testLogKey.keyId,
      cluster: 'localnet',
      hotWallet: '1'.repeat(32),
    }),
    receipts: {
      get: async (receiptId) => {
        if (receiptId !== 'receipt-1') throw new WindfallError('not-found', `There is no receipt ${receiptId}.`)
        return bundle
      },
    },
    log: createLogKeeping({
      ...core,
      loopDb: core.db,
      logSigner: testLogKey,
      everyMs: 3_600_000,
      onFailure: () => {},
    }).calls,
    persons: createPersonal({
      ...core,
      loopDb: core.db,
      ids: createIds(core.clock),
      stores: core.stores,
      undoMs: 7 * 86_400_000,
      onFailure: () => {},
    }).calls,
    audit: auditing.calls,
    exports,
    evidence: createEvidencing({ ...core, signer: testReceiptKey }),
    ledger,
    deposits: fakeDeposits(core),
    vaults,
    webhooks: fakeWebhooks(core),
    payouts: fakePayouts(core, operating.payoutEvents),
    grid,
  })
  const { access, blobs, checkpoints, inputs, clock } = core
  const changes = createNoticing({
    clock,
    db: core.db,
    presence: core.registry.presenceVersion,
    quiet: operating.draining.quiet,
    chance: () => 0,
    onFailure: (error) => failures.push(error),
  })
  const app = await createHttpServer({
    clock,
    version: '0.1.0',
    handlers,
    access,
    acts: auditing.acts,
    blobs,
    checkpoints,
    inputs,
    results: core.parts.results,
    exports,
    links: core.parts.wallets,
    signIn: core.signIn,
    changes: keepsLines ? changes : { listen: (...line) => ended(changes.listen(...line)) },
    host: '127.0.0.1',
    trustProxy: false,
    names: null,
    tls: null,
    limits: Limits.parse({ ...GENEROUS, ...limits }),
    handIn: core.intake.door.enter,
    traffic: operating.traffic,
    probes,
    onFailure: (error) => failures.push(error),
    ...border,
  })
  await app.ready()
  return {
    core,
    app,
    failures,
    changes,
    operating,
    leave: operated.leave,
    runs,
    async [Symbol.asyncDispose]() {
      await app.close()
      await core[Symbol.asyncDispose]()
    },
  }
}

let nonces = 0

/** Signs and injects a request as an agent sends it. */
export async function sendSigned(
  { app, core }: Pick<TestServer, 'app' | 'core'>,
  signer: Signer,
  { method, path, body = null, headers: others = {} }: { method: 'GET' | 'POST'; path: string; body?: unknown; headers?: Readonly<Record<string, string>> },
) {
  const bytes = body === null ? null : Buffer.from(JSON.stringify(body))
  const headers = await signRequest(
    signer,
    { method, url: new URL(path, 'http://127.0.0.1'), body: bytes },
    { now: core.clock.now(), nonce: `nonce-of-test-${String(nonces++).padStart(8, '0')}` },
  )
  return app.inject({
    method,
    url: path,
    headers: { ...others, ...headers, host: '127.0.0.1', ...(bytes ? { 'content-type': 'application/json' } : {}) },
    ...(bytes ? { payload: bytes } : {}),
  })
}
