import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Lease } from '../../shared/contract/job.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import { createIds } from '../kernel/ids.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { fakeFacts } from './attempt.fixture.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { type ResumedFrom, type Runtime, runResult } from './jobs/runtime.ts'
import { openOwnProof } from './proofs/prove.ts'
import { createStoredProver } from './stored-prover.ts'
import { type AgentStores, openAgentStores } from './stores.ts'
import type { OutboxItem } from './sync/outbox.store.ts'
import { createTestWork } from './work.fixture.ts'

const KEPT = { sha256: 'a'.repeat(64), bytes: 1_536, keptAt: Date.parse('2026-03-01T11:00:00.000Z') }
const signer = createSigner(generateKeyPem())
let directory: string
let stores: AgentStores
let clock: FakeClock
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-handing-over-'))
  stores = openAgentStores(directory)
  clock = createFakeClock()
})
afterEach(() => {
  stores[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
})

const savingLease = (change: Partial<Lease> = {}): Lease => {
  const lease = fakeLease(change)
  return { ...lease, spec: { ...lease.spec, checkpoints: true } }
}

interface Scene {
  readonly lease?: Lease
  /** What the attempt finds, and what it leaves. */
  readonly finds?: ResumedFrom | null
  readonly leaves?: typeof KEPT | null
  readonly isMetered?: boolean
}

/** A job that runs until its owner comes back. */
async function interrupted({ lease = savingLease(), finds = null, leaves = KEPT, isMetered = false }: Scene) {
  const seen: (string | null | undefined)[] = []
  const runtime: Runtime = {
    name: 'wasm',
    probe: async () => ({ available: true, version: 'fake' }),
    prepare: async () => undefined,
    sweep: async () => [],
    async run(_, { onStarted, onResumed }, signal) {
      if (finds) onResumed?.(finds)
      onStarted({ freeze: async () => true, thaw: async () => true, throttle: async () => true })
      seen.push(stores.jobs.get(lease.leaseId)?.message)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      if (leaves) stores.checkpoints.put({ jobId: lease.jobId, attemptId: lease.attemptId, files: [], ...leaves })
      return runResult({ end: 'stopped', exitCode: 143, output: new Uint8Array(), logTail: '' })
    },
  }
  const memory = { before: async () => new Map(), released: async () => undefined }
  const giveBack = { begun: () => undefined, gaveWay: () => undefined, gone: () => undefined, memory, mayFetch: () => !isMetered }
  const work = createTestWork({ stores, signer, clock, runtimes: new Map<RuntimeName, Runtime>([['wasm', runtime]]), giveBack })
  const stop = new AbortController()
  const running = work.runner.run(stop.signal)
  work.runner.offer(lease)
  await clock.advance(1_000)
  work.runner.yieldNow('owner-present')
  await clock.advance(1_000)
  stop.abort()
  await clock.advance(1_000)
  await running
  const { running: holds } = work.presence()
  const items: OutboxItem[] = []
  for (let next = stores.outbox.peek(); next; next = stores.outbox.peek()) {
    items.push(next.item)
    stores.outbox.remove(next.id)
  }
  return { seen, items, holds, waiting: items.map(({ kind }) => kind), work }
}

test('what an interrupted attempt has saved waits to go out before its end, which is a signed proof of the run that it came from', async () => {
  const { waiting, items, holds } = await interrupted({})
  expect(holds).toEqual([{ leaseId: 'lease-1', token: 1, state: 'collecting' }])
  expect(waiting).toEqual(['start', 'checkpoint', 'given-back'])
  const last = items.at(-1)
  const proof = last?.kind === 'given-back' ? openOwnProof(last.envelope).proof : null
  expect(proof).toMatchObject({ leaseId: 'lease-1', outputSha256: KEPT.sha256, exitCode: 143, seq: 1, prev: null })
  expect(last).toMatchObject({ reason: 'owner-present', proofId: proof?.proofId })
  expect(stores.jobs.get('lease-1')).toMatchObject({ state: 'submitted', code: 'owner-present', proofId: proof?.proofId, joules: proof?.boardJ })
  expect(stores.proofs.head()).toMatchObject({ seq: 1 })
})

test.each<[string, Scene]>([
  ['saved nothing', { leaves: null }],
  ['never asked for it', { lease: fakeLease() }],
  ['saved more than travels', { leaves: { ...KEPT, bytes: 100_000_000 } }],
  ['is on a metered network', { isMetered: true }],
])('of a job that %s only the end goes out', async (_, scene) => {
  expect((await interrupted(scene)).waiting).toEqual(['start', 'fail'])
  const { state, message } = stores.jobs.get('lease-1') ?? {}
  const doesNotCount = scene.lease === undefined ? 'this run does not count' : 'goes back to the queue'
  expect([state, message]).toEqual(['failed', expect.stringContaining(doesNotCount)])
  expect(stores.proofs.head()).toEqual({ seq: 0, head: null })
})

test('a checkpoint that the coordinator has already is no progress, so the run that left it does not count', async () => {
  const checkpoint = { sha256: KEPT.sha256, bytes: KEPT.bytes, savedAt: '2026-03-01T10:30:00.000Z', token: 1 }
  expect((await interrupted({ lease: savingLease({ token: 2, checkpoint }), finds: KEPT })).waiting).toEqual(['start', 'fail'])
})

/** Takes all of it, but not what this stores last. */
const failingStores = (last: 'outbox' | 'jobs'): AgentStores =>
  last === 'jobs'
    ? { ...stores, jobs: { ...stores.jobs, update: (id, change) => (change.proofId === undefined ? stores.jobs.update(id, change) : killed()) } }
    : { ...stores, outbox: { ...stores.outbox, add: (id, item, at) => (item.kind === 'given-back' ? killed() : stores.outbox.add(id, item, at)) } }

function killed(): never {
  throw new Error('killed')
}

test.each(['outbox', 'jobs'] as const)('of a run whose last word cannot be stored in %s nothing is stored', async (last) => {
  const { prove } = createStoredProver({
    stores: failingStores(last),
    nodeId: signer.keyId,
    signer,
    ids: createIds(clock),
    clock,
    handOver: ({ leaseId, token, attemptId }) => stores.outbox.add('c', { kind: 'checkpoint', leaseId, token, attemptId }, 0),
  })
  stores.jobs.add(savingLease(), 0)
  await expect(prove(savingLease(), fakeFacts(), { reason: 'owner-present', message: 'The machine was needed.' })).rejects.toThrow('killed')
  expect([stores.outbox.count(), stores.proofs.head().seq, stores.jobs.get('lease-1')?.state]).toEqual([0, 0, 'leased'])
})

test('the lease is held while what was saved is on its way, and given back however long that takes', async () => {
  const work = createTestWork({ stores, signer, clock })
  stores.outbox.add('c', { kind: 'checkpoint', leaseId: 'lease-1', token: 4, attemptId: 'attempt-1' }, clock.now())
  const held = { leaseId: 'lease-1', token: 4, state: 'collecting' }
  expect(work.presence().running).toEqual([held])
  await clock.advance(200_000)
  expect(work.presence().running).toEqual([held])
  await clock.advance(60_000)
  expect(work.presence().running).toEqual([])
})

test('the owner is told what a job goes on from, and when that was made', async () => {
  const checkpoint = { sha256: KEPT.sha256, bytes: KEPT.bytes, savedAt: '2026-03-01T10:30:00.000Z', token: 1 }
  stores.checkpoints.put({ jobId: 'job-1', attemptId: 'attempt-1', files: [], ...KEPT })
  const elsewhere = await interrupted({ lease: savingLease({ token: 2, checkpoint }), finds: KEPT, leaves: null })
  expect(elsewhere.seen).toEqual(['Continues from a checkpoint of 2 kB made at 2026-03-01 10:30 UTC.'])
  const here = await interrupted({ lease: savingLease({ leaseId: 'lease-2', attemptId: 'attempt-2', jobId: 'job-2' }), finds: KEPT })
  expect(here.seen).toEqual(['Continues from a checkpoint of 2 kB made at 2026-03-01 11:00 UTC.'])
  expect((await interrupted({ lease: savingLease({ leaseId: 'lease-3', attemptId: 'attempt-3', jobId: 'job-3' }) })).seen).toEqual([null])
})
