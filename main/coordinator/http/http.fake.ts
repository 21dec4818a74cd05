/** A coordinator's HTTP border over a test core; what other features answer is fixed. */
import type { FastifyInstance } from 'fastify'
import { testBundle, testLogKey, testReceiptKey } from '../../../shared/domain/receipt-bundle.fake.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { signRequest } from '../../kernel/http-signature.ts'
import type { Signer } from '../../kernel/signing.ts'
import { type TestCore, startTestCore } from '../core.fake.ts'
import { createHandlers } from './handlers.ts'
import type { CoordinatorParts } from './parts.ts'
import { createHttpServer } from './server.ts'

export interface TestServer extends AsyncDisposable {
  readonly core: TestCore
  readonly app: FastifyInstance
  readonly failures: unknown[]
}

export const GENEROUS = { network: { perSecond: 1e6, burst: 1e6 }, caller: { perSecond: 1e6, burst: 1e6 } }

const noIncident = async (): Promise<never> => {
  throw new WindfallError('not-found', 'There is no such incident.')
}

/** A coordinator that knows no grid. */
const NO_GRID: CoordinatorParts['grid'] = {
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

export async function startTestServer(limits = GENEROUS, grid = NO_GRID): Promise<TestServer> {
  const core = await startTestCore()
  const bundle = await testBundle()
  const failures: unknown[] = []
  const handlers = createHandlers({
    ...core.parts,
    replicas: async () => ({ replicas: [], unowned: [], intake: core.intake.load() }),
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
      list: async () => ({ items: [], next: null }),
      treeHead: async () => bundle.inclusion.treeHead,
      consistency: async (from, to) => [Buffer.from(`from ${from} to ${to}`).toString('base64')],
    },
    ledger: {
      account: async (requesterId) => ({ requesterId, balanceMicroUsd: '0', reservedMicroUsd: '0' }),
      check: async () => ({ balanced: true, sums: [], entries: 0, confirmedMicroUsd: '0', paidMicroUsd: '0', paidLamports: '0', findings: [] }),
    },
    payouts: { list: async () => ({ items: [], next: null }) },
    grid,
  })
  const { access, blobs, checkpoints, clock } = core
  const app = await createHttpServer({
    clock,
    version: '0.1.0',
    handlers,
    access,
    blobs,
    checkpoints,
    results: core.parts.results,
    host: '127.0.0.1',
    trustProxy: false,
    limits,
    handIn: core.intake.door.enter,
    onFailure: (error) => failures.push(error),
  })
  await app.ready()
  return {
    core,
    app,
    failures,
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
