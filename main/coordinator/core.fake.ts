/** A whole coordinator core for tests: real database, real signatures, a clock that only the test moves, and money that is only written down. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Capabilities, Presence } from '../../shared/contract/node.ts'
import { JobSpec, type Lease, MAX_OUTPUT_BYTES } from '../../shared/contract/job.ts'
import type { Plan, PlanAnswer } from '../../shared/contract/plan.ts'
import { BUNDLE_TYPE, type ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { signEnvelope } from '../../shared/domain/dsse.ts'
import { enrolmentText } from '../../shared/domain/enrolment.ts'
import { type EnergyProof, energyProofType } from '../../shared/domain/energy-proof.ts'
import { splitAtHalfHours } from '../../shared/domain/half-hours.ts'
import { testProof } from '../../shared/domain/receipt-bundle.fake.ts'
import { epochMs, microUsd, toIso } from '../../shared/units.ts'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import { createIds } from '../kernel/ids.ts'
import { createLogger } from '../kernel/log.ts'
import { type Signer, createSigner, generateKeyPem, sha256Hex } from '../kernel/signing.ts'
import { createAudit } from './audit/audit.ts'
import { type Core, type CoreDeps, createCore } from './core.ts'
import { coordinatorEvents } from './events.ts'
import { createFakeInbox } from './intake/inbox.fake.ts'
import type { JobToPlan, NodeToPlan, PlanJobs } from './jobs/ports.ts'
import { alone } from './replicas/orders.ts'
import { openTestDatabase } from './persistence/database.fake.ts'
import type { Db, Tx } from './persistence/database.ts'
import type { Blobs } from './persistence/blobs.ts'
import { openDiskBlobs } from './persistence/disk-blobs.ts'
import type { ReceiptOrder } from './proofs/ports.ts'
import { generateApiKey, grantApiKey } from './registry/api-keys.ts'

export const OUTPUT = Buffer.from('the result')
const WASM = `sha256:${'c'.repeat(64)}`
export const REQUESTER = 'requester-1'
/** Whose key may read everything. */
export const OPERATOR = 'operator'
const isOperator = (requesterId: string): boolean => requesterId === OPERATOR
export const SECONDS = 60
const GPU = { uuidHash: 'a'.repeat(64), vendor: 'NVIDIA', name: 'RTX 4080', driver: '595.10', vramBytes: 17e9, powerLimitW: 320 }

export const testCapabilities: Capabilities = {
  agentVersion: '0.1.0',
  os: 'linux',
  arch: 'x64',
  cpu: { model: 'test', cores: 8 },
  ramBytes: 32e9,
  gpus: [GPU],
  cpuPowerLimitW: 65,
  runtimes: [{ name: 'docker', version: '29' }],
  zone: 'GB-13',
}

export const testSpec = (now: number, changes: Partial<JobSpec> = {}): JobSpec =>
  JobSpec.parse({
    kind: 'data-hash',
    name: 'test job',
    runtime: { name: 'docker', image: WASM, archive: null, reference: 'busybox' },
    limits: { wallSeconds: 600, memoryBytes: 64e6, outputBytes: 1024, cpus: 1 },
    needs: { gpus: 1, vramBytes: 0, ramBytes: 0 },
    deadline: toIso(now + 6 * 3_600_000),
    expected: { seconds: SECONDS, watts: 250 },
    price: { microUsdPerHour: '600000', maxMicroUsd: '1000000' },
    carbon: { rule: 'now', capG: null },
    outputSha256: sha256Hex(OUTPUT),
    ...changes,
  })

const testPlan = (nodeId: string, from: number): Plan => ({
  nodeId,
  zone: 'GB-13',
  window: { from: toIso(from), to: toIso(from + SECONDS * 1000) },
  runs: [{ from: toIso(from), to: toIso(from + SECONDS * 1000) }],
  gPerKWh: 100,
  expectedGrams: 0.4,
  gramsRange: null,
  expectedMicroUsd: '1000',
  electricity: null,
  chosenBy: 'composite',
  baselineGrams: 0.5,
  score: { total: 0.2, intensity: 0.1, price: 0.1, utilisation: 0 },
  source: 'test',
  origin: 'modelled',
  recordedOn: null,
  greenest: null,
})

const exclusion = ({ nodeId, online, ready, taken }: NodeToPlan, { barred = [], only = nodeId }: JobToPlan): 'offline' | 'paused' | 'busy' | 'owner' | null => {
  if (barred.includes(nodeId) || only !== nodeId) return 'owner'
  return online ? (ready ? (taken.length > 0 ? 'busy' : null) : 'paused') : 'offline'
}

function firstFree(job: JobToPlan, nodes: readonly NodeToPlan[], from: number): PlanAnswer {
  const reasons = nodes.map((node) => exclusion(node, job))
  const free = nodes[reasons.indexOf(null)]
  const excluded = Object.fromEntries([...Map.groupBy(reasons, (reason) => reason)].flatMap(([reason, all]) => (reason ? [[reason, all.length]] : [])))
  return {
    plan: free ? testPlan(free.nodeId, from) : null,
    compared: { composite: null, joint: null },
    alternatives: [],
    excluded,
    out: [],
    nodes: nodes.length,
    maxPriceMicroUsd: '1000000',
  }
}

/** Every job on the first free node, whatever the others do, starting after `delayMs`. */
export const planFirstFree =
  (delayMs: () => number): PlanJobs =>
  async ({ jobs, nodes, now }) => {
    const from = now + delayMs()
    const answers = new Map(jobs.map((job) => [job.jobId, firstFree(job, nodes, from)]))
    const answerOf = (jobId: string): PlanAnswer => answers.get(jobId) as PlanAnswer
    const outcome = jobs.map(({ jobId, reroutes }) => ({
      jobId,
      answer: answerOf(jobId),
      action: 'place' as const,
      reason: 'The first that is free.',
      reroutes,
    }))
    const choiceOf = (jobId: string) => ({
      policy: { name: 'first-free', version: '1' },
      inputs: { now, nodes },
      answer: { outcome: { jobId, plan: answerOf(jobId).plan }, alternatives: [] },
    })
    return { outcome, choiceOf }
  }

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
    config,
    db,
    stores,
    inbox: createFakeInbox(),
    clock,
    ids,
    random: randomBytes,
    events: coordinatorEvents(createLogger('test', 'silent')),
    plan: planFirstFree(delayMs),
    wallets: { cluster: 'localnet', origin: () => 'https://coordinator.example', checkPayable: async () => undefined },
  }
  const start = () => createCore({ ...deps, shards: shardsOf(starts++), isOperator, ...books, ...changes(books, deps) })
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

interface ProofOf {
  readonly nodeId: string
  readonly now: number
  readonly ms?: number
  readonly changes?: Partial<EnergyProof>
}

/** A proof of `SECONDS` seconds, or of another time, at 250 W that ended just now, for a lease. */
export function proofFor(lease: Lease, { nodeId, now, ms = SECONDS * 1000, changes = {} }: ProofOf): EnergyProof {
  const [from, to] = [epochMs(now - ms), epochMs(now)]
  const intervals = splitAtHalfHours(from, to).map((span) => ({
    from: toIso(span.from),
    to: toIso(span.to),
    joules: (250 * (span.to - span.from)) / 1000,
    coverage: 1,
  }))
  const boardJ = intervals.reduce((sum, { joules }) => sum + joules, 0)
  const { jobId, attemptId, leaseId, spec } = lease
  return testProof({
    proofId: `proof-of-${leaseId}`,
    nodeId,
    jobId,
    attemptId,
    leaseId,
    seq: 1,
    prev: null,
    startedAt: toIso(from),
    endedAt: toIso(to),
    durationMs: to - from,
    intervals,
    boardJ,
    marginalJ: boardJ * 0.9,
    counterEnd: 100 + boardJ,
    samples: Math.ceil(ms / 1000),
    expectedSamples: Math.ceil(ms / 1000),
    runtime: { name: spec.runtime.name, image: spec.runtime.image },
    outputSha256: sha256Hex(OUTPUT),
    ...changes,
  })
}

/** What an agent sends for a proof. */
export async function submissionOf(lease: Pick<Lease, 'leaseId' | 'token'>, proof: EnergyProof, signer: Pick<Signer, 'keyId' | 'sign'>) {
  const envelope = await signEnvelope(energyProofType(proof), Buffer.from(JSON.stringify(proof)), signer)
  return { leaseId: lease.leaseId, token: lease.token, envelope, output: OUTPUT.toString('base64') }
}
