import { pino } from 'pino'
import { expect, test } from 'vitest'
import { enrolmentText } from '../../../shared/domain/enrolment.ts'
import type { Capabilities, Presence } from '../../../shared/contract/node.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { verifySignature, createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import { createIds } from '../../kernel/ids.ts'
import { fakeLease } from '../jobs/lease.fixture.ts'
import { createLiveLogs } from '../jobs/live-logs.ts'
import * as initial from '../migrations/0001-initial.ts'
import { CAPABILITIES } from './capabilities.fixture.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { eventOf, payoutFact } from './facts.fixture.ts'
import { createOutboxStore } from './outbox.store.ts'
import { type SessionDeps, runSession } from './session.ts'

const signer = createSigner(generateKeyPem())
const CAN_RUN: Capabilities = { ...CAPABILITIES, runtimes: [{ name: 'wasm', version: '1' }] }

/** What the coordinator answers, instead of what the fake would. */
type Answers = Readonly<Record<string, (input: never) => unknown>>

function setUp(answers: Answers = {}) {
  const clock = createFakeClock()
  const coordinator = createFakeCoordinator(signer, clock)
  const { invoke } = coordinator.transport
  const inputs: [string, unknown][] = []
  Object.assign(coordinator.transport, {
    invoke: async (name: string, input: unknown) => {
      inputs.push([name, input])
      const answer = await invoke(name, input)
      return answers[name] ? answers[name](input as never) : answer
    },
  })
  const seen = {
    http: [] as (string | null)[],
    heard: [] as number[],
    confirmed: [] as string[],
    offered: [] as string[],
    cancelled: [] as string[],
    yielded: [] as string[],
    grid: 0,
    receipts: 0,
    enrolled: 0,
  }
  let position = 0
  let presence: Presence = { ready: true, reasons: [], running: [] }
  const deps: SessionDeps = {
    coordinatorUrl: 'http://127.0.0.1:1',
    client: coordinator.client,
    nodeId: signer.keyId,
    signer,
    keyChanges: () => ({ firstKey: signer.publicJwk, rotations: [] }),
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    payoutAddress: null,
    enrolmentToken: 'wfe_token',
    capabilities: async () => CAN_RUN,
    presence: () => presence,
    offer: (lease) => seen.offered.push(lease.leaseId),
    cancel: (leaseId, reason) => seen.cancelled.push(`${leaseId} ${reason}`),
    yieldLease: (leaseId, reason) => seen.yielded.push(`${leaseId} ${reason}`),
    feed: {
      position: () => position,
      store: (_, last) => {
        position = last
      },
    },
    outbox: {
      outbox: createOutboxStore(openSqlite(':memory:', [initial])),
      handOver: async () => undefined,
      realign: async (head) => head,
      refused: () => undefined,
      accepted: () => undefined,
      postponed: () => undefined,
    },
    sampleLog: async () => null,
    logs: createLiveLogs({ clock, ids: createIds(clock) }),
    confirmed: (leaseIds) => seen.confirmed.push(...leaseIds),
    heard: (said) => seen.heard.push(said - clock.now()),
    onSocket: () => undefined,
    onHttp: (message) => seen.http.push(message),
    refreshGrid: async () => {
      seen.grid += 1
      if (seen.grid <= 2) throw new Error('no forecast yet')
    },
    refreshReceipts: async () => void seen.receipts++,
    onEnrolled: async () => void seen.enrolled++,
  }
  const during = async (act: () => Promise<void>) => {
    const stop = new AbortController()
    const running = runSession(deps, stop.signal)
    await clock.advance(0)
    await act()
    stop.abort()
    await clock.advance(1_000)
    await running
  }
  const calls = (name: string) => coordinator.calls.filter((call) => call === name).length
  return {
    clock,
    coordinator,
    seen,
    inputs,
    during,
    calls,
    position: () => position,
    hold: (running: Presence['running']) => (presence = { ready: false, reasons: ['user'], running }),
  }
}

test('it enrols by signing the challenge with the device key, and tells what the machine can do', async () => {
  const { clock, inputs, during, seen } = setUp()
  await during(() => clock.advance(0))
  const enrolment = inputs.find(([name]) => name === 'enrol')?.[1] as { challenge: string; signature: string }
  expect(enrolment).toMatchObject({ publicJwk: signer.publicJwk, capabilities: CAN_RUN, payoutAddress: null, token: 'wfe_token' })
  expect(verifySignature(signer.publicJwk, enrolmentText(enrolment.challenge, null), Buffer.from(enrolment.signature, 'base64'))).toBe(true)
  expect(seen.enrolled).toBe(1)
})

test('a coordinator that is away at first is tried again until it is there, and the owner sees why nothing happens', async () => {
  const { clock, coordinator, during, seen, calls } = setUp()
  let away = 5
  coordinator.fate = (call) => (call === 'beginEnrolment' && away-- > 0 ? 'lost' : 'well')
  await during(() => clock.advance(60_000))
  expect(calls('beginEnrolment')).toBe(6)
  expect(new Set(seen.http.slice(0, 5))).toEqual(new Set(['The coordinator cannot be reached.']))
  expect(seen.http.at(-1)).toBeNull()
  expect(calls('heartbeat')).toBeGreaterThan(0)
})

test.each([
  ['as often as it is told to', 15_000, 15_000],
  ['never in a flood', 0, 1_000],
  ['never in a flood, whatever it is told', -5, 1_000],
  ['often enough to keep a lease', 1e12, 60_000],
])('it reports %s', async (_, heartbeatMs, everyMs) => {
  const { clock, during, calls } = setUp({ enrol: () => ({ nodeId: signer.keyId, enrolledAt: '2026-03-01T12:00:00.000Z', heartbeatMs }) })
  await during(async () => {
    await clock.advance(everyMs * 4)
    expect(calls('heartbeat')).toBe(5)
  })
})

test('it asks for work when it is free and takes what it gets; while it holds a lease it only reports', async () => {
  const { clock, during, seen, calls, hold } = setUp({ requestLease: () => ({ lease: fakeLease() }) })
  await during(async () => {
    await clock.advance(0)
    expect(seen.offered).toEqual(['lease-1'])
    hold([{ leaseId: 'lease-1', token: 1, state: 'running' }])
    await clock.advance(60_000)
  })
  expect(calls('requestLease')).toBe(1)
  expect(calls('heartbeat')).toBe(5)
})

test('a machine that is not free is reported, and gets no work', async () => {
  const { clock, during, calls, hold } = setUp({ requestLease: () => ({ lease: fakeLease() }) })
  hold([])
  await during(() => clock.advance(30_000))
  expect([calls('heartbeat'), calls('requestLease')]).toEqual([3, 0])
})

const noOrders = () => {
  throw new WindfallError('unavailable', 'Nothing but reports gets through.')
}

test('what the coordinator took back is stopped, with the reason', async () => {
  const { clock, during, seen } = setUp({ heartbeat: () => ({ lost: ['l1'], cancelled: ['l2'], now: '2026-03-01T12:00:00.000Z', lastEvent: 0 }) })
  await during(() => clock.advance(0))
  expect(seen.cancelled).toEqual(['l1 lost', 'l2 cancelled'])
})

test('what the coordinator asks back is yielded, and stays renewed until its attempt has ended', async () => {
  const yields = [{ leaseId: 'a', reason: 'carbon' }]
  const { clock, during, seen, hold } = setUp({
    heartbeat: () => ({ lost: [], cancelled: [], yields, now: '2026-03-01T12:00:00.000Z', lastEvent: 0 }),
    awaitOrders: noOrders,
  })
  hold([{ leaseId: 'a', token: 1, state: 'running' }])
  await during(() => clock.advance(0))
  expect([seen.yielded, seen.confirmed]).toEqual([['a carbon'], ['a']])
})

test('a heartbeat that says there is news makes it read the feed, and a page that got lost is read at the next one', async () => {
  const { clock, coordinator, during, position, calls } = setUp()
  coordinator.events.push(eventOf(1, payoutFact('p1')), eventOf(2, payoutFact('p2')))
  let lost = 1
  coordinator.fate = (call) => (call === 'nodeEvents' && lost-- > 0 ? 'lost' : 'well')
  await during(async () => {
    await clock.advance(0)
    expect(position()).toBe(0)
    await clock.advance(15_000)
    expect(position()).toBe(2)
    const asked = calls('nodeEvents')
    await clock.advance(60_000)
    expect(calls('nodeEvents')).toBe(asked)
  })
})

test('a heartbeat that fails is followed by the next one', async () => {
  const { clock, coordinator, during, calls } = setUp()
  coordinator.fate = (call) => (call === 'heartbeat' ? 'internal' : 'well')
  await during(() => clock.advance(45_000))
  expect(calls('heartbeat')).toBe(4)
})

test('a forecast that cannot be read is asked for again soon, one that was read only after five minutes', async () => {
  const { clock, during, seen } = setUp()
  await during(async () => {
    await clock.advance(8_000)
    expect(seen.grid).toBe(3)
    await clock.advance(299_999)
    expect(seen.grid).toBe(3)
    await clock.advance(1)
    expect(seen.grid).toBe(4)
    expect(seen.receipts).toBe(16)
  })
})

test('it stops before it was ever enrolled', async () => {
  const { clock, coordinator, during, calls } = setUp()
  coordinator.fate = () => 'lost'
  await during(() => clock.advance(100_000))
  expect(calls('heartbeat')).toBe(0)
})

test('a node that its coordinator no longer knows enrols again with the next heartbeat, and goes on', async () => {
  const { clock, coordinator, during, calls, seen } = setUp()
  let strangers = 1
  coordinator.fate = (call) => (call === 'heartbeat' && strangers-- > 0 ? 'auth.refused' : 'well')
  await during(() => clock.advance(30_000))
  expect([calls('enrol'), calls('heartbeat'), seen.enrolled]).toEqual([2, 3, 2])
  expect(seen.http).toEqual(['Refused with auth.refused.', null, null])
})

test('a coordinator that takes this node for another one is not worked for', async () => {
  const { clock, during, calls, seen } = setUp({ enrol: () => ({ nodeId: 'x'.repeat(43), enrolledAt: '2026-03-01T12:00:00.000Z', heartbeatMs: 15_000 }) })
  await during(() => clock.advance(60_000))
  expect(calls('heartbeat')).toBe(0)
  expect(seen.http.at(-1)).toMatch(/takes this node for another one/)
})

test('a heartbeat renews what it named, except what is lost, and brings the time', async () => {
  const { clock, during, seen, hold } = setUp({
    heartbeat: () => ({ lost: ['b', 'unknown'], cancelled: ['c'], now: '2026-03-01T12:00:05.000Z', lastEvent: 0 }),
    awaitOrders: noOrders,
  })
  hold(['a', 'b', 'c'].map((leaseId) => ({ leaseId, token: 1, state: 'waiting' })))
  await during(() => clock.advance(0))
  expect(seen.confirmed).toEqual(['a'])
  expect(seen.cancelled).toEqual(['b lost', 'unknown lost', 'c cancelled'])
  expect(seen.heard).toEqual([5_000])
})

test('a coordinator that once named events that never were, or was restored from a backup, is read from the first event again', async () => {
  const { clock, coordinator, during, position } = setUp()
  coordinator.events.push(...[1, 2, 3].map((seq) => eventOf(seq, payoutFact(`p${seq}`))))
  await during(async () => {
    await clock.advance(0)
    expect(position()).toBe(3)
    coordinator.events.splice(1)
    await clock.advance(15_000)
    expect(position()).toBe(1)
    const asked = coordinator.calls.length
    await clock.advance(15_000)
    expect(coordinator.calls.slice(asked)).not.toContain('nodeEvents')
  })
})
