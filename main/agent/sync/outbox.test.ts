import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as initial from '../migrations/0001-initial.ts'
import { type Fate, createFakeCoordinator } from './coordinator.fake.ts'
import { type OutboxItem, createOutboxStore } from './outbox.store.ts'
import { runOutbox } from './outbox.ts'

const signer = createSigner(generateKeyPem())
const itemOf = (kind: 'start' | 'fail', leaseId: string): OutboxItem => {
  const held = { leaseId, token: 1 }
  return kind === 'start' ? { kind, ...held } : { kind, ...held, reason: 'job.exit-code', message: 'It failed.', exitCode: 3, retry: false }
}

function setUp({ random = () => 0.5 }: { random?: () => number } = {}) {
  const clock = createFakeClock()
  const outbox = createOutboxStore(openSqlite(':memory:', [initial]))
  const coordinator = createFakeCoordinator(signer)
  const seen: Record<'accepted' | 'refused' | 'postponed', string[]> = { accepted: [], refused: [], postponed: [] }
  const told = (what: keyof typeof seen) => (item: OutboxItem, error?: WindfallError) =>
    void seen[what].push(`${item.kind} ${item.leaseId}${error ? ` ${error.code}` : ''}`)
  let present = signer
  const deps = {
    outbox,
    client: coordinator.client,
    nodeId: signer.keyId,
    signer: {
      sign: signer.sign,
      get keyId() {
        return present.keyId
      },
    },
    clock,
    random,
    handOver: async () => undefined,
    realign: async <T>(head: T) => head,
    accepted: told('accepted'),
    refused: told('refused'),
    postponed: told('postponed'),
  }
  let added = 0
  return {
    clock,
    outbox,
    coordinator,
    seen,
    renew: () => {
      present = createSigner(generateKeyPem())
    },
    add: (kind: 'start' | 'fail', leaseId: string) => outbox.add(`id-${added++}`, itemOf(kind, leaseId), clock.now()),
    during: async (act: () => Promise<void>) => {
      const stop = new AbortController()
      const running = runOutbox(deps, stop.signal)
      await clock.advance(0)
      await act()
      stop.abort()
      await running
    },
  }
}

test('where the chain stands is asked again once another key signs, and only then', async () => {
  const { clock, outbox, coordinator, during, renew } = setUp()
  const add = (leaseId: string) => outbox.add(leaseId, itemOf('start', leaseId), clock.now())
  const envelope = { payload: '', payloadType: '', signatures: [{ keyid: signer.keyId, sig: '' }] }
  const proof = { kind: 'proof', leaseId: 'p', token: 1, proofId: 'p', envelope, output: '' } as const
  coordinator.fate = (call) => (call === 'submitProof' ? 'conflict' : 'well')
  outbox.add('p', proof, clock.now())
  add('after')
  const asked = () => coordinator.calls.filter((call) => call === 'proofChain').length
  await during(async () => {
    for (let round = 0; round < 5; round++) await clock.advance(31_000)
    expect(asked()).toBe(1)
    renew()
    for (let round = 0; round < 5; round++) await clock.advance(31_000)
    expect(asked()).toBe(2)
  })
  // A proof that only needs another signature is not given up, and nothing overtakes it.
  expect(outbox.peek()?.id).toBe('p')
})

test('what is put in goes out at once, in order, and is gone', async () => {
  const { clock, outbox, coordinator, seen, add, during } = setUp()
  for (const id of ['a', 'b', 'c']) add('start', id)
  await during(() => clock.advance(0))
  expect(coordinator.taken).toEqual(['start a', 'start b', 'start c'])
  expect(seen).toEqual({ accepted: coordinator.taken, refused: [], postponed: [] })
  expect(outbox.peek()).toBeNull()
})

test('what is put in while the outbox is idle goes out within half a second', async () => {
  const { clock, coordinator, add, during } = setUp()
  await during(async () => {
    await clock.advance(10_000)
    add('fail', 'a')
    await clock.advance(500)
  })
  expect(coordinator.taken).toEqual(['fail a'])
})

test('during an outage it asks less and less often, at times that chance decides, and forgets the failures afterwards', async () => {
  const { clock, coordinator, add, during } = setUp({ random: () => 0.999_999 })
  const asked: number[] = []
  coordinator.fate = (call) => {
    asked.push(clock.monotonic())
    return call === 'startAttempt' && asked.length < 9 ? 'lost' : 'well'
  }
  add('start', 'a')
  await during(() => clock.advance(200_000))
  expect(asked.slice(1).map((at, index) => at - (asked[index] ?? 0))).toEqual([1_400, 2_400, 4_400, 8_400, 16_400, 30_400, 30_400, 30_400])
  expect(coordinator.taken).toEqual(['start a'])
})

test.each(['lease.lost', 'proof.lease', 'input.invalid', 'input.too-large'] as const)(
  '%s is a final answer: the owner hears it once and the next item follows',
  async (code) => {
    const { clock, coordinator, seen, add, during } = setUp()
    const script: Fate[] = [code]
    coordinator.fate = () => script.shift() ?? 'well'
    add('start', 'a')
    add('start', 'b')
    await during(() => clock.advance(100_000))
    expect(seen).toEqual({ refused: [`start a ${code}`], accepted: ['start b'], postponed: [] })
  },
)

test.each([
  'unavailable',
  'rate.limited',
  'internal',
  'auth.required',
  'auth.refused',
  'not-found',
  'ledger.unbalanced',
  'grid.unavailable',
  'storage.failed',
] as const)('%s is no verdict on the item: it stays first in line', async (code) => {
  const { clock, coordinator, seen, add, during } = setUp()
  const script: Fate[] = [code, code]
  coordinator.fate = () => script.shift() ?? 'well'
  add('start', 'a')
  add('start', 'b')
  await during(() => clock.advance(100_000))
  expect(seen).toEqual({ refused: [], accepted: ['start a', 'start b'], postponed: [`start a ${code}`, `start a ${code}`] })
})

test('an answer that does not follow the contract is no verdict either', async () => {
  const { clock, coordinator, seen, add, during } = setUp()
  const invoke = coordinator.transport.invoke
  const answers = [{ ok: true }, '<html>']
  Object.assign(coordinator.transport, { invoke: (name: string, input: unknown) => Promise.resolve(answers.shift() ?? invoke(name, input)) })
  add('start', 'a')
  await during(() => clock.advance(100_000))
  expect(seen).toMatchObject({ refused: [], accepted: ['start a'], postponed: ['start a internal', 'start a internal'] })
})

test('an answer about another proof is not taken for the answer about this one', async () => {
  const { clock, outbox, coordinator, seen, during } = setUp()
  const envelope = { payload: '', payloadType: '', signatures: [{ keyid: signer.keyId, sig: '' }] }
  const { invoke } = coordinator.transport
  const answers = ['an-older-proof', 'p']
  Object.assign(coordinator.transport, {
    invoke: (name: string, input: unknown) =>
      name === 'submitProof' ? Promise.resolve({ proofId: answers.shift(), jobId: 'j', receiptId: 'r' }) : invoke(name, input),
  })
  outbox.add('p', { kind: 'proof', leaseId: 'l', token: 1, proofId: 'p', envelope, output: '' }, clock.now())
  await during(() => clock.advance(10_000))
  expect(seen).toEqual({ accepted: ['proof l'], refused: [], postponed: ['proof l internal'] })
})

const Way = fc.constantFrom<Fate>('well', 'well', 'lost', 'answer-lost', 'internal', 'lease.lost')

test('nothing is lost, nothing overtakes, and every item ends with exactly one answer, whatever happens on the way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(Way, { maxLength: 25 }),
      fc.array(fc.tuple(fc.constantFrom('start' as const, 'fail' as const), fc.nat({ max: 2 })), { maxLength: 8 }),
      async (ways, plan) => {
        const { clock, outbox, coordinator, seen, add, during } = setUp()
        coordinator.fate = () => ways.shift() ?? 'well'
        const sent: string[] = []
        for (const [index, [kind, restarts]] of plan.entries()) {
          add(kind, `l${index}`)
          sent.push(`${kind} l${index}`)
          for (let i = 0; i < restarts; i++) await during(() => clock.advance(1_000))
        }
        await during(() => clock.advance(2_000_000))
        expect(outbox.peek()).toBeNull()
        const answered = [...seen.accepted, ...seen.refused.map((text) => text.replace(' lease.lost', ''))]
        expect(answered.toSorted()).toEqual(sent.toSorted())
        const order = (list: readonly string[]) => list.map((text) => sent.indexOf(text.replace(' lease.lost', '')))
        for (const list of [seen.accepted, seen.refused, coordinator.taken]) expect(order(list)).toEqual(order(list).toSorted((a, b) => a - b))
        for (const text of seen.accepted) expect(coordinator.taken).toContain(text)
      },
    ),
  )
})

test('an outbox that is empty is not looked at until something arrives, which leaves at once', async () => {
  const { clock, outbox, coordinator, during, add } = setUp()
  let looks = 0
  const { peek } = outbox
  Object.assign(outbox, { peek: () => (looks++, peek()) })
  await during(async () => {
    const before = looks
    await clock.advance(3_600_000)
    expect(looks).toBe(before)
    add('start', 'late')
    await clock.advance(0)
    expect(coordinator.taken).toEqual(['start late'])
  })
})
