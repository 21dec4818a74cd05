import { expect, test } from 'vitest'
import type { Presence } from '../../../shared/contract/node.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { type HeartbeatDeps, runHeartbeat } from './heartbeat.ts'
import type { SocketLine } from './socket.ts'

const EVERY_MS = 15_000
const FREE: Presence = { ready: true, reasons: [], running: [] }
const BUSY: Presence = { ready: false, reasons: [], running: [{ leaseId: 'a', token: 1, state: 'running' }] }
const nothing = () => undefined

async function setUp() {
  const clock = createFakeClock()
  const coordinator = createFakeCoordinator(createSigner(generateKeyPem()), clock)
  const said: Presence[] = []
  const open: SocketLine['say'] = (frame) => frame.type === 'presence' && said.push(frame.presence)
  const line: SocketLine = { say: null }
  const state = { presence: FREE, wantsAnswer: false }
  const deps: HeartbeatDeps = {
    client: coordinator.client,
    clock,
    log: { info: nothing },
    capabilities: () => Promise.resolve({ runtimes: [] } as never),
    presence: () => state.presence,
    line,
    offer: nothing,
    cancel: nothing,
    yieldLease: nothing,
    confirmed: nothing,
    heard: nothing,
    onHttp: nothing,
    position: () => 0,
    follow: nothing,
    challenged: () => (state.wantsAnswer = false),
    wantsAnswer: () => state.wantsAnswer,
    reported: nothing,
    enrolAgain: async () => undefined,
  }
  const stop = new AbortController()
  const running = runHeartbeat(deps, EVERY_MS, stop.signal)
  await clock.advance(0)
  const asked = (name: string) => coordinator.calls.filter((call) => call === name).length
  return {
    coordinator,
    state,
    connect: () => (line.say = open),
    disconnect: () => (line.say = null),
    /** Lets so many reports be due, and counts how they went. */
    reports: async (count: number) => {
      const before = [asked('heartbeat'), said.length, asked('requestLease')] as const
      await clock.advance(count * EVERY_MS)
      return { requests: asked('heartbeat') - before[0], frames: said.length - before[1], asks: asked('requestLease') - before[2] }
    },
    end: async () => {
      stop.abort()
      await running
    },
  }
}

test('where a socket is open most reports go over it; a request still goes out now and then, and asks for work that was pushed and lost', async () => {
  const { connect, disconnect, reports, end } = await setUp()
  expect(await reports(4)).toEqual({ requests: 4, frames: 0, asks: 4 })
  connect()
  expect(await reports(8)).toEqual({ requests: 2, frames: 6, asks: 2 })
  disconnect()
  expect(await reports(4)).toEqual({ requests: 4, frames: 0, asks: 4 })
  await end()
})

test('a node that holds leases has every report answered, because the answer renews them', async () => {
  const { state, connect, reports, end } = await setUp()
  connect()
  state.presence = BUSY
  expect(await reports(8)).toEqual({ requests: 8, frames: 0, asks: 0 })
  await end()
})

test('an open socket does not hide that requests fail: they are tried with every report until one is answered', async () => {
  const { coordinator, connect, reports, end } = await setUp()
  connect()
  await reports(3)
  coordinator.fate = () => 'lost'
  expect(await reports(5)).toEqual({ requests: 5, frames: 0, asks: 0 })
  coordinator.fate = () => 'well'
  expect(await reports(4)).toEqual({ requests: 1, frames: 3, asks: 1 })
  await end()
})

test('when an answer of ours got lost, the next report asks what is still open', async () => {
  const { connect, state, reports, end } = await setUp()
  connect()
  await reports(1)
  state.wantsAnswer = true
  expect(await reports(1)).toMatchObject({ requests: 1, frames: 0 })
  expect(await reports(1)).toMatchObject({ requests: 0, frames: 1 })
  await end()
})
