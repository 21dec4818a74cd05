/** From a signed proof to the coordinator's answer: prover, stores and outbox together, over a network and a coordinator that fail. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FailureCode, WindfallError } from '../../shared/errors.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { type AgentStores, openAgentStores } from './stores.ts'
import { type Fate, type FakeCoordinator, createFakeCoordinator } from './sync/coordinator.fake.ts'
import type { OutboxItem } from './sync/outbox.store.ts'
import { runOutbox } from './sync/outbox.ts'
import { createTestWork } from './work.fixture.ts'

const signer = createSigner(generateKeyPem())
let directory: string
const open: AgentStores[] = []
beforeEach(() => {
  // Every commit is flushed, which memory does faster than a disk.
  directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'windfall-chain-'))
})
afterEach(() => {
  for (const stores of open.splice(0)) stores[Symbol.dispose]()
  rmSync(directory, { recursive: true, force: true })
})
function openStores(folder: string): AgentStores {
  const stores = openAgentStores(join(directory, folder))
  open.push(stores)
  return stores
}

function startAgent(coordinator: FakeCoordinator, stores = openStores('agent')) {
  const clock = createFakeClock()
  const work = createTestWork({ stores, signer, clock })
  const refused: [OutboxItem, WindfallError][] = []
  let killed = false
  const outbox = {
    ...stores.outbox,
    remove: (id: string) => {
      if (killed) throw new Error('killed')
      stores.outbox.remove(id)
    },
  }
  const drain = async (rounds = 400) => {
    for (let round = 0; round < rounds && stores.outbox.peek(); round++) await clock.advance(killed ? 500 : 31_000)
    return stores.outbox.peek() === null
  }
  /** Keeps the outbox running meanwhile. */
  const during = async (act: () => Promise<void>) => {
    const stop = new AbortController()
    const delivering = runOutbox(
      {
        outbox,
        client: coordinator.client,
        nodeId: signer.keyId,
        signer,
        clock,
        random: () => 0.5,
        handOver: async () => undefined,
        realign: work.prover.realign,
        refused: (item, error) => refused.push([item, error]),
        accepted: () => undefined,
        postponed: () => undefined,
      },
      stop.signal,
    ).catch(() => 'died')
    await act()
    stop.abort()
    await delivering
  }
  /** Runs the outbox until it is empty or the process dies between an answer and writing it down. */
  const deliver = async ({ dies = false, rounds = 400 } = {}) => {
    killed = dies
    await during(async () => void (await drain(rounds)))
    return stores.outbox.peek() === null
  }
  return { ...work, stores, deliver, during, drain, refused }
}

const refusing =
  (plan: Readonly<Record<string, FailureCode>>): FakeCoordinator['verdict'] =>
  (leaseId) =>
    plan[leaseId] ?? null
const placesOf = ({ accepted }: FakeCoordinator) => accepted.map(({ proof }) => `${proof.seq} ${proof.leaseId}`)

test('a proof that is refused for its content leaves its place in the chain to the next one, without a restart', async () => {
  const coordinator = createFakeCoordinator(signer)
  const agent = startAgent(coordinator)
  coordinator.verdict = refusing({ b: 'proof.implausible', d: 'proof.lease' })
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    await agent.finish(id)
    expect(await agent.deliver()).toBe(true)
  }
  expect(placesOf(coordinator)).toEqual(['1 a', '2 c', '3 e'])
  expect(agent.refused.map(([item, { code }]) => [item.leaseId, code])).toEqual([
    ['b', 'proof.implausible'],
    ['d', 'proof.lease'],
  ])
})

test('proofs that wait behind a refused one are not lost with it', async () => {
  const coordinator = createFakeCoordinator(signer)
  const agent = startAgent(coordinator)
  coordinator.verdict = refusing({ a: 'proof.output', c: 'proof.runtime' })
  for (const id of ['a', 'b', 'c', 'd', 'e']) await agent.finish(id)
  expect(await agent.deliver()).toBe(true)
  expect(placesOf(coordinator)).toEqual(['1 b', '2 d', '3 e'])
  // What was signed anew is what the owner's job list and the node's own copy speak of.
  for (const { proof } of coordinator.accepted) expect(agent.stores.jobs.leaseOfProof(proof.proofId)).toBe(proof.leaseId)
  expect(agent.stores.proofs.head()).toEqual({ seq: 3, head: coordinator.accepted.at(-1)?.bodySha256 })
})

test('a coordinator that was restored from a backup gets the next proof where its chain ends, while the agent runs on', async () => {
  const coordinator = createFakeCoordinator(signer)
  const agent = startAgent(coordinator)
  await agent.during(async () => {
    for (const id of ['a', 'b', 'c']) await agent.finish(id)
    await agent.drain()
    coordinator.accepted.splice(1)
    await agent.finish('d')
    await agent.finish('e')
    expect(await agent.drain()).toBe(true)
  })
  expect(placesOf(coordinator)).toEqual(['1 a', '2 d', '3 e'])
  expect(agent.refused).toEqual([])
})

test('a node that lost its data but not its key goes on where the coordinator says', async () => {
  const coordinator = createFakeCoordinator(signer)
  const before = startAgent(coordinator, openStores('before'))
  for (const id of ['a', 'b']) await before.finish(id)
  await before.deliver()
  const after = startAgent(coordinator, openStores('after'))
  await after.finish('c')
  expect(await after.deliver()).toBe(true)
  expect(placesOf(coordinator)).toEqual(['1 a', '2 b', '3 c'])
})

test('a proof whose answer got lost is sent again as it is: it is accepted once and keeps its name', async () => {
  const coordinator = createFakeCoordinator(signer)
  const agent = startAgent(coordinator)
  const script: Fate[] = ['answer-lost', 'lost', 'answer-lost']
  coordinator.fate = (call) => (call === 'submitProof' ? (script.shift() ?? 'well') : 'well')
  await agent.finish('a')
  await agent.finish('b')
  await agent.deliver({ rounds: 1 })
  // A new process does not know what arrived.
  const restarted = startAgent(coordinator)
  expect(await restarted.deliver()).toBe(true)
  expect(placesOf(coordinator)).toEqual(['1 a', '2 b'])
  expect(coordinator.accepted.map(({ proof }) => restarted.stores.jobs.leaseOfProof(proof.proofId))).toEqual(['a', 'b'])
})

test('a proof that is refused for its place although it is in the place that was named is refused for good', async () => {
  const coordinator = createFakeCoordinator(signer)
  const agent = startAgent(coordinator)
  coordinator.verdict = refusing({ a: 'proof.sequence' })
  await agent.finish('a')
  await agent.finish('b')
  expect(await agent.deliver()).toBe(true)
  expect(agent.refused.map(([{ leaseId }, { code }]) => [leaseId, code])).toEqual([['a', 'proof.sequence']])
  expect(placesOf(coordinator)).toEqual(['1 b'])
})

const Way = fc.constantFrom<Fate>('well', 'lost', 'answer-lost', 'internal', 'unavailable', 'rate.limited', 'auth.refused', 'ledger.unbalanced', 'not-found')
const Refusal = fc.constantFrom<FailureCode>('proof.implausible', 'proof.output', 'proof.lease', 'lease.lost')
const Job = fc.record({ refusal: fc.option(Refusal, { freq: 4 }), next: fc.constantFrom('wait', 'deliver', 'die', 'restart', 'restore') })

test('whatever fails, every proof gets its one answer, in order, and what is accepted is one chain without gap or fork', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Job, { minLength: 1, maxLength: 7 }), fc.array(Way, { maxLength: 14 }), async (jobs, given) => {
      const stores = openStores(`agent-${open.length}`)
      const coordinator = createFakeCoordinator(signer)
      const ways = [...given]
      coordinator.fate = () => ways.shift() ?? 'well'
      coordinator.verdict = (leaseId) => jobs[Number(leaseId)]?.refusal ?? null
      const refused: [OutboxItem, WindfallError][] = []
      let agent = startAgent(coordinator, stores)
      const everAccepted: string[] = []
      for (const [index, { next }] of jobs.entries()) {
        await agent.finish(String(index))
        if (next === 'deliver') await agent.deliver({ rounds: 3 })
        if (next === 'die') await agent.deliver({ dies: true, rounds: 3 })
        if (next === 'restore') everAccepted.push(...coordinator.accepted.splice(1).map(({ proof }) => proof.leaseId))
        if (next !== 'die' && next !== 'restart') continue
        refused.push(...agent.refused)
        agent = startAgent(coordinator, stores)
      }
      expect(await agent.deliver()).toBe(true)
      refused.push(...agent.refused)
      everAccepted.push(...coordinator.accepted.map(({ proof }) => proof.leaseId))
      let head: string | null = null
      for (const [index, { proof, bodySha256 }] of coordinator.accepted.entries()) {
        expect([proof.seq, proof.prev]).toEqual([index + 1, head])
        head = bodySha256
      }
      const delivered = coordinator.accepted.map(({ proof }) => Number(proof.leaseId))
      expect(delivered).toEqual(delivered.toSorted((a, b) => a - b))
      for (const [index, { refusal }] of jobs.entries()) {
        const answers = new Set(refused.filter(([{ leaseId }]) => leaseId === String(index)).map(([, { code }]) => code))
        expect([...answers]).toEqual(refusal ? [refusal] : [])
        expect(everAccepted.includes(String(index))).toBe(!refusal)
      }
    }),
    { numRuns: 60 },
  )
})
