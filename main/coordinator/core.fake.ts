/** A whole coordinator core for tests: real database, real signatures, a clock that only the test moves, and money that is only written down. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Capabilities, Presence } from '../../shared/contract/node.ts'
import { JobSpec, type Lease, type Plan } from '../../shared/contract/job.ts'
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
import type { Candidate, PlanJob } from './jobs/ports.ts'
import { type Db, type Tx, openDatabase } from './persistence/database.ts'
import { generateApiKey, grantApiKey } from './registry/api-keys.ts'

export const OUTPUT = Buffer.from('the result')
const WASM = `sha256:${'c'.repeat(64)}`
export const REQUESTER = 'requester-1'
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
    needs: { gpu: true, vramBytes: 0, ramBytes: 0 },
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
  gPerKWh: 100,
  expectedGrams: 0.4,
  baselineGrams: 0.5,
  score: { total: 0.2, intensity: 0.1, price: 0.1, utilisation: 0 },
  source: 'test',
  origin: 'modelled',
  recordedOn: null,
  greenest: null,
})

const exclusion = ({ online, ready, busy }: Candidate): 'offline' | 'paused' | 'busy' | null =>
  online ? (ready ? (busy ? 'busy' : null) : 'paused') : 'offline'

/** The first free node, starting after `delayMs`. */
const planFirstFree =
  (delayMs: () => number): PlanJob =>
  async ({ nodes, now }) => {
    const reasons = nodes.map(exclusion)
    const free = nodes[reasons.indexOf(null)]
    const excluded = Object.fromEntries([...Map.groupBy(reasons, (reason) => reason)].flatMap(([reason, all]) => (reason ? [[reason, all.length]] : [])))
    return { plan: free ? testPlan(free.nodeId, now + delayMs()) : null, alternatives: [], excluded, nodes: nodes.length, maxPriceMicroUsd: '1000000' }
  }

/** Money and receipts as decisions in the audit log: written in the same transaction, so they roll back with it. */
function createBooks(decide: (tx: Tx, kind: string, body: object) => Promise<void>, nextId: () => string) {
  const bundle = { bundle: BUNDLE_TYPE, proofs: [], keys: [], anchor: null } as unknown as ReceiptBundle
  return {
    money: {
      reserve: (tx: Tx, order: { jobId: string; microUsd: bigint }) => decide(tx, 'test.reserve', { jobId: order.jobId, microUsd: String(order.microUsd) }),
      release: (tx: Tx, { jobId }: { jobId: string }) => decide(tx, 'test.release', { jobId }),
    },
    settle: async (tx: Tx, { jobId, priceMicroUsd }: { jobId: string; priceMicroUsd: bigint }) => {
      await decide(tx, 'test.settle', { jobId, microUsd: String(priceMicroUsd) })
      return { earningId: nextId(), state: 'accrued' as const, microUsd: microUsd((priceMicroUsd * 85n) / 100n) }
    },
    prepareReceipt: async () => async (tx: Tx) => {
      const receiptId = nextId()
      await decide(tx, 'test.receipt', { receiptId })
      return { receiptId, bundle }
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
  /** Decisions of one kind, oldest first. */
  readonly decided: (kind: string) => Promise<Record<string, unknown>[]>
  readonly enrol: (signer?: Signer) => Promise<TestNode>
  readonly submit: (jobId: string, changes?: Partial<JobSpec>) => Promise<void>
  /** Submits a job and lets the node lease it. */
  readonly lease: (node: TestNode, jobId?: string, changes?: Partial<JobSpec>) => Promise<Lease>
}

/** Starts a core. `changes` replaces what it is given, `delayMs` puts every window into the future. */
export async function startTestCore({
  delayMs = () => 0,
  changes = () => ({}),
}: {
  delayMs?: () => number
  changes?: (books: ReturnType<typeof createBooks>) => Partial<CoreDeps>
} = {}): Promise<TestCore> {
  const clock = createFakeClock(Date.parse('2026-03-01T12:10:00.000Z'))
  const dataDirectory = mkdtempSync(join(tmpdir(), 'windfall-core-'))
  const db = await openDatabase(':memory:')
  const ids = createIds(clock)
  const books = createBooks(createAudit(clock), ids.next)
  const config = { dataDirectory, host: '127.0.0.1', heartbeatMs: 15_000, leaseTtlMs: 90_000, challengeRate: 0 }
  const core = createCore({
    config,
    db,
    clock,
    ids,
    random: randomBytes,
    events: coordinatorEvents(createLogger('test', 'silent')),
    plan: planFirstFree(delayMs),
    ...books,
    ...changes(books),
  })
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
    submit,
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

export async function enrol({ parts, registry }: Pick<Core, 'parts' | 'registry'>, signer: Signer, payoutAddress: string | null = null): Promise<TestNode> {
  const { challenge } = registry.begin(signer.publicJwk)
  const signature = Buffer.from(await signer.sign(enrolmentText(challenge, payoutAddress))).toString('base64')
  const { nodeId } = await registry.enrol({ publicJwk: signer.publicJwk, challenge, signature, capabilities: testCapabilities, payoutAddress })
  return { signer, nodeId, ready: (running = []) => parts.agents.heartbeat(nodeId, { ready: true, reasons: [], running }) }
}

/** A proof of `SECONDS` seconds at 250 W that ended just now, for a lease. */
export function proofFor(lease: Lease, { nodeId, now, changes = {} }: { nodeId: string; now: number; changes?: Partial<EnergyProof> }): EnergyProof {
  const [from, to] = [epochMs(now - SECONDS * 1000), epochMs(now)]
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
    samples: SECONDS,
    expectedSamples: SECONDS,
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
