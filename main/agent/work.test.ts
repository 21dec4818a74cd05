import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Presence } from '../../shared/contract/node.ts'
import { sha256Hex, createSigner, generateKeyPem } from '../kernel/signing.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import type { Runtime } from './jobs/runtime.ts'
import { type AgentStores, openAgentStores } from './stores.ts'
import { createTestWork, leaseNamed } from './work.fixture.ts'

const signer = createSigner(generateKeyPem())
const OUTPUT = new TextEncoder().encode('done')
let directory: string
let stores: AgentStores
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'windfall-work-'))
  stores = openAgentStores(directory)
})
afterEach(() => {
  stores[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
})

const wasm: Runtime = {
  name: 'wasm',
  probe: async () => ({ available: true, version: 'test' }),
  prepare: async ({ runtime, fetchArchive }, _, signal) => void (runtime.archive && (await fetchArchive(runtime.archive, signal))),
  run: async (_, { onStarted }) => {
    onStarted({ freeze: async () => true, thaw: async () => true, throttle: async () => true })
    return { end: 'exited', exitCode: 0, output: OUTPUT, outputSha256: sha256Hex(OUTPUT), logTail: '' }
  },
  sweep: async () => [],
}

function setUp() {
  const clock = createFakeClock()
  const work = createTestWork({ stores, signer, clock, runtimes: new Map([['wasm', wasm]]) })
  const during = async (ms: number) => {
    const stop = new AbortController()
    const running = work.runner.run(stop.signal)
    await clock.advance(ms)
    stop.abort()
    await clock.advance(1_000)
    await running
  }
  return { ...work, clock, during }
}

test('a lease that is run ends as a report of its start and a proof with its output, and the job says so', async () => {
  const work = setUp()
  const fetched: string[] = []
  work.setSource({
    fetchArchive: async (digest) => {
      fetched.push(digest)
      return new Uint8Array()
    },
  })
  work.runner.offer(leaseNamed('a'))
  await work.during(1_000)
  expect(fetched).toEqual([leaseNamed('a').spec.runtime.archive])
  expect(stores.jobs.get('a')).toMatchObject({ state: 'submitted', joules: 600_000, method: 'counter' })
  expect(stores.outbox.peek()).toMatchObject({ item: { kind: 'start', leaseId: 'a', token: 1 } })
  expect(stores.outbox.proofs()).toMatchObject([{ leaseId: 'a', proofId: stores.jobs.get('a')?.proofId }])
  stores.outbox.remove(stores.outbox.peek()?.id ?? '')
  expect(stores.outbox.peek()).toMatchObject({ item: { kind: 'proof', leaseId: 'a', output: Buffer.from(OUTPUT).toString('base64') } })
})

test('without a coordinator there is nothing to fetch from, and the job goes back', async () => {
  const work = setUp()
  work.runner.offer(leaseNamed('a'))
  await work.during(1_000)
  expect(stores.jobs.get('a')).toMatchObject({ state: 'failed', code: 'unavailable' })
  expect(stores.outbox.peek()).toMatchObject({ item: { kind: 'fail', reason: 'unavailable', retry: true } })
})

test('a lease is reported as held until its proof is answered, and every state the owner sees has a name for the coordinator', async () => {
  const { presence, finish, runner } = setUp()
  await finish('a')
  runner.offer(leaseNamed('b'))
  for (const state of ['leased', 'waiting', 'preparing', 'running', 'collecting', 'proving'] as const) {
    stores.jobs.update('b', { state })
    expect(Presence.parse(presence()).running.map(({ leaseId }) => leaseId)).toEqual(['b', 'a'])
  }
  expect(presence().running[1]).toEqual({ leaseId: 'a', token: 1, state: 'proving' })
  for (const state of ['accepted', 'refused', 'failed', 'cancelled', 'lost'] as const) {
    stores.jobs.update('b', { state })
    expect(presence().running.map(({ leaseId }) => leaseId)).toEqual(['a'])
  }
})

test('a node is ready when nothing speaks against it, and tells the codes of what does', () => {
  const { presence, policy } = setUp()
  expect(presence()).toMatchObject({ ready: true, reasons: [] })
  policy.pause(null)
  expect(presence()).toMatchObject({ ready: false, reasons: ['user'] })
})

test('the job that runs is shown before one that waits, and the machine is busy exactly while a process may exist', async () => {
  const { current, running, runner } = setUp()
  expect([current(), running()]).toEqual([null, false])
  runner.offer(leaseNamed('a'))
  runner.offer(leaseNamed('b'))
  expect([current()?.leaseId, running()]).toEqual(['a', false])
  for (const [state, busy] of [
    ['waiting', false],
    ['preparing', true],
    ['running', true],
    ['collecting', true],
    ['proving', false],
  ] as const) {
    stores.jobs.update('b', { state })
    expect([state, running(), current()?.leaseId]).toEqual([state, busy, busy ? 'b' : 'a'])
  }
})

test('a proof that is signed anew waits again, whatever was said about the one it replaces', async () => {
  const { finish, prover } = setUp()
  await finish('a')
  const refused = stores.jobs.get('a')?.proofId
  stores.jobs.update('a', { state: 'refused', code: 'proof.sequence', message: 'Number 8 is expected.' })
  await prover.realign({ seq: 7, head: 'e'.repeat(64) })
  const job = stores.jobs.get('a')
  expect(job).toMatchObject({ state: 'submitted', code: null, message: null })
  expect(job?.proofId).not.toBe(refused)
  expect(stores.outbox.proofs()).toMatchObject([{ leaseId: 'a', proofId: job?.proofId }])
  expect(stores.proofs.head().seq).toBe(8)
})

test('a proof that cannot be stored leaves no trace, and the next one takes its place', async () => {
  const { finish } = setUp()
  await finish('a')
  // One proof per lease: storing a second one fails in the middle of the transaction.
  await expect(finish('a')).rejects.toThrow(/UNIQUE/)
  expect(stores.outbox.proofs()).toHaveLength(1)
  await finish('b')
  expect(stores.proofs.head().seq).toBe(2)
})

test('the policy is told at once that a job begins and that it is gone', async () => {
  const work = setUp()
  const told: boolean[] = []
  Object.assign(work.policy, { wake: () => told.push(work.running()) })
  work.setSource({ fetchArchive: async () => new Uint8Array() })
  work.runner.offer(leaseNamed('a'))
  expect(told).toEqual([false])
  await work.during(1_000)
  expect(told).toContain(true)
  expect(told.at(-1)).toBe(false)
})
