/** A whole coordinator core for tests: real database, real signatures, a clock that only the test moves, and money that is only written down. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Presence } from '../../shared/contract/node.ts'
import { JobSpec, type Lease, MAX_OUTPUT_BYTES } from '../../shared/contract/job.ts'
import { BUNDLE_TYPE, type ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { enrolmentText } from '../../shared/domain/enrolment.ts'
import { microUsd } from '../../shared/units.ts'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import { createIds } from '../kernel/ids.ts'
import { createLogger } from '../kernel/log.ts'
import { type Signer, createSigner, generateKeyPem } from '../kernel/signing.ts'
import { accountRoles } from './account-roles.ts'
import { createAudit } from './audit/audit.ts'
import type { BlobStores } from './blob-stores.ts'
import { type Core, type CoreDeps, createCore } from './core.ts'
import { coordinatorEvents } from './events.ts'
import { createFakeInbox } from './intake/inbox.fake.ts'
import { alone } from './replicas/orders.ts'
import { openTestDatabase } from './persistence/database.fake.ts'
import type { Db, Tx } from './persistence/database.ts'
import type { Blobs } from './persistence/blobs.ts'
import { openDiskBlobs } from './persistence/disk-blobs.ts'
import type { ReceiptOrder } from './proofs/ports.ts'
import { generateApiKey, grantApiKey } from './registry/api-keys.ts'
import { planFirstFree } from './first-free.fake.ts'
import { testCapabilities, testSpec } from './test-work.fake.ts'
import { createTelling } from './webhooks/telling.ts'

export const REQUESTER = 'requester-1'
/** Whose key may read everything. */
export const OPERATOR = 'operator'
const rolesOf = (account: string) => accountRoles(account, [OPERATOR])

/** Money and receipts as decisions in the audit log: written in the same transaction, so they roll back with it. */
function createBooks(decide: (tx: Tx, kind: string, body: object) => Promise<void>, nextId: () => string) {
  const bundle = { bundle: BUNDLE_TYPE, proofs: [], keys: [], anchor: null } as unknown as ReceiptBundle
  return {
    money: {
      reserve: async (tx: Tx, orders: readonly { jobId: string; microUsd: bigint }[]) => {
        for (const { jobId, microUsd: amount } of orders) await decide(tx, 'test.reserve', { jobId, microUsd: String(amount) })
      },
      reserveAll: async (tx: Tx, order: { jobIds: readonly string[]; microUsd: bigint }) => {
        for (const jobId of order.jobIds) await decide(tx, 'test.reserve', { jobId, microUsd: String(order.microUsd) })
      },
      release: (tx: Tx, { jobId }: { jobId: string }) => decide(tx, 'test.release', { jobId }),
      releaseAll: async (tx: Tx, { jobIds }: { jobIds: readonly string[] }) => {
        for (const jobId of jobIds) await decide(tx, 'test.release', { jobId })
      },
    },
    accrue: async () => undefined,
    settle: async (tx: Tx, { jobId, parts }: { jobId: string; parts: readonly { priceMicroUsd: bigint }[] }) => {
      await decide(tx, 'test.settle', { jobId, microUsd: String(parts.reduce((sum, { priceMicroUsd }) => sum + priceMicroUsd, 0n)) })
      return parts.map(({ priceMicroUsd }) => ({ earningId: nextId(), state: 'accrued' as const, microUsd: microUsd((priceMicroUsd * 85n) / 100n) }))
    },
    prepareReceipts:
      async ({ parts }: Pick<ReceiptOrder, 'parts'>) =>
      async (tx: Tx) => {
        const issued = parts.map(() => ({ receiptId: nextId(), bundle }))
        for (const { receiptId } of issued) await decide(tx, 'test.receipt', { receiptId })
        return issued
      },
  }
}

export interface TestNode {
  readonly signer: Signer
  readonly nodeId: string
  readonly ready: (running?: Presence['running']) => Promise<{ lost: string[]; cancelled: string[]; yields: { leaseId: string }[] }>
}

export interface TestCore extends Core, AsyncDisposable {
  readonly db: Db
  readonly clock: FakeClock
  readonly apiKey: string
  /** What jobs produced, and the folder it lies in. */
  readonly stores: BlobStores
  readonly outputs: { readonly blobs: Blobs; readonly directory: string }
  /** Decisions of one kind, oldest first. */
  readonly decided: (kind: string) => Promise<Record<string, unknown>[]>
  readonly enrol: (signer?: Signer) => Promise<TestNode>
  readonly submit: (jobId: string, changes?: Partial<JobSpec>) => Promise<void>
  /** What another process would be that goes on with the same database; this one is left behind. */
  readonly restart: () => Core
  /** Submits a job and lets the node lease it. */
  readonly lease: (node: TestNode, jobId?: string, changes?: Partial<JobSpec>) => Promise<Lease>
}

/** Starts a core. `changes` replaces what it is given, `delayMs` puts every window into the future. */
export async function startTestCore({
  delayMs = () => 0,
  enrolment = 'open',
  changes = () => ({}),
}: {
  delayMs?: () => number
  enrolment?: 'open' | 'token'
  changes?: (books: ReturnType<typeof createBooks>, given: Pick<CoreDeps, 'db' | 'clock' | 'ids' | 'config'>) => Partial<CoreDeps>
} = {}): Promise<TestCore> {
  const clock = createFakeClock(Date.parse('2026-03-01T12:10:00.000Z'))
  const dataDirectory = mkdtempSync(join(tmpdir(), 'windfall-core-'))
  const db = await openTestDatabase()
  const ids = createIds(clock)
  const books = createBooks(createAudit(clock), ids.next)
  const keeping = { logDays: 14, outputDays: 90, maxOutputBytes: MAX_OUTPUT_BYTES, addressCooldownMs: 48 * 3_600_000, walletCooldownMs: 24 * 3_600_000 }
  const config = {
    host: '127.0.0.1',
    enrolment,
    heartbeatMs: 15_000,
    leaseTtlMs: 90_000,
    challengeRate: 0,
    replicationRate: 1,
    repeatAllowanceMicroUsd: 10_000_000n,
    canaryRate: 0.01,
    ...keeping,
  }
  const blobsIn = (folder: string) => openDiskBlobs(join(dataDirectory, folder), ids.next)
  const stores = { blobs: blobsIn('blobs'), outputs: blobsIn('outputs'), checkpoints: blobsIn('checkpoints') }
  // The first epoch is 0 here, so that its tokens are 1, 2, 3.
  let starts = 0
  const shardsOf = (epoch: number) => ({ fenced: () => db, epochOf: () => epoch })
  const deps = {
    neighbours: alone,
    challengeKey: randomBytes(32),
    quiet: new AbortController().signal,
    config,
    db,
    stores,
    inbox: createFakeInbox(),
    clock,
    ids,
    random: randomBytes,
    events: coordinatorEvents(createLogger('test', 'silent')),
    plan: planFirstFree(delayMs),
    signIn: { provider: null, founder: null, lengths: { sessionMs: 12 * 3_600_000, sessionIdleMs: 3_600_000 } },
    telling: createTelling({ clock, ids }),
    wallets: { cluster: 'localnet', origin: () => 'https://coordinator.example', checkPayable: async () => undefined },
  }
  const start = () => createCore({ ...deps, shards: shardsOf(starts++), rolesOf, ...books, ...changes(books, deps) })
  const core = start()
  const apiKey = generateApiKey(randomBytes)
  await grantApiKey(db, { requesterId: REQUESTER, name: 'Requester', apiKey, at: clock.now() })
  const submit = async (jobId: string, changed: Partial<JobSpec> = {}) => {
    await core.jobs.submit({ requesterId: REQUESTER, jobId, spec: testSpec(clock.now(), changed) })
  }
  return {
    ...core,
    db,
    clock,
    apiKey,
    stores,
    outputs: { blobs: stores.outputs, directory: join(dataDirectory, 'outputs') },
    submit,
    restart: start,
    decided: async (kind) =>
      (await db.selectFrom('decision').select('body').where('kind', '=', kind).orderBy('seq').execute()).map(
        ({ body }) => JSON.parse(body) as Record<string, unknown>,
      ),
    enrol: (signer = createSigner(generateKeyPem())) => enrol(core, signer),
    async lease(node, jobId = 'job-1', changed = {}) {
      await node.ready()
      await submit(jobId, changed)
      const lease = await core.jobs.request(node.nodeId, ['docker', 'wasm'])
      if (!lease) throw new Error('the job was not leased')
      return lease
    },
    async [Symbol.asyncDispose]() {
      await db.destroy()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

/** The head by which an account asks with a key of its own. */
export async function bearerOf({ db, clock }: Pick<TestCore, 'db' | 'clock'>, account: string): Promise<{ readonly authorization: string }> {
  const apiKey = generateApiKey(randomBytes)
  await grantApiKey(db, { requesterId: account, name: account, apiKey, at: clock.now() })
  return { authorization: `Bearer ${apiKey}` }
}

export async function enrol(
  { parts, registry }: Pick<Core, 'parts' | 'registry'>,
  signer: Signer,
  payoutAddress: string | null = null,
  token: string | null = null,
): Promise<TestNode> {
  const { challenge } = registry.begin(signer.publicJwk)
  const signature = Buffer.from(await signer.sign(enrolmentText(challenge, payoutAddress))).toString('base64')
  const proven = { publicJwk: signer.publicJwk, challenge, signature, capabilities: testCapabilities, payoutAddress }
  const { nodeId } = await registry.enrol({ ...proven, ...(token === null ? {} : { token }) })
  return { signer, nodeId, ready: (running = []) => parts.agents.heartbeat(nodeId, { ready: true, reasons: [], running }) }
}
