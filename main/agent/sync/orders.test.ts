import { expect, test } from 'vitest'
import type { Presence } from '../../../shared/contract/node.ts'
import type { Orders } from '../../../shared/contract/run-calls.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { createOrders } from './orders.ts'
import type { SocketLine } from './socket.ts'

const BUSY: Presence['running'] = [
  { leaseId: 'a', token: 1, state: 'running' },
  { leaseId: 'b', token: 2, state: 'running' },
]
const NOTHING: Orders = { lost: [], cancelled: [], yields: [] }

function setUp() {
  const clock = createFakeClock()
  const coordinator = createFakeCoordinator(createSigner(generateKeyPem()), clock)
  const parked: ((orders: Orders) => void)[] = []
  const { invoke } = coordinator.transport
  Object.assign(coordinator.transport, {
    invoke: async (name: string, input: unknown) => {
      await invoke(name, input)
      return new Promise<Orders>((resolve) => parked.push(resolve))
    },
  })
  const said: string[] = []
  const line: SocketLine = { say: null }
  const state = { running: BUSY }
  const orders = createOrders({
    client: coordinator.client,
    clock,
    random: () => 0.5,
    log: { info: () => undefined },
    presence: () => state,
    line,
    cancel: (leaseId, reason) => said.push(`${leaseId} ${reason}`),
    yieldLease: (leaseId, reason) => said.push(`${leaseId} ${reason}`),
    confirmed: (leaseIds) => said.push(`kept ${leaseIds.join()}`),
  })
  const stop = new AbortController()
  const running = orders.run(stop.signal)
  const asked = () => coordinator.calls.filter((call) => call === 'awaitOrders').length
  const end = async () => {
    stop.abort()
    for (const answer of parked) answer(NOTHING)
    await running
  }
  return { clock, coordinator, parked, said, line, state, asked, end, look: orders.look }
}
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}

test('while no socket is open one request waits for orders, which are carried out without a moment passing', async () => {
  const { clock, parked, said, asked, look, end } = setUp()
  look()
  await settle()
  expect(asked()).toBe(1)
  parked[0]?.({ lost: [], cancelled: ['a'], yields: [{ leaseId: 'b', reason: 'plan' }] })
  await settle()
  expect([said, clock.monotonic()]).toEqual([['a cancelled', 'b plan', 'kept b'], 0])
  await clock.advance(1_000)
  expect(asked()).toBe(2)
  await end()
})

test('nothing is asked where a socket is open or nothing is held', async () => {
  const { state, line, asked, look, end } = setUp()
  line.say = () => undefined
  look()
  await settle()
  line.say = null
  state.running = []
  look()
  await settle()
  expect(asked()).toBe(0)
  await end()
})

test('a coordinator that answers everything at once is asked once a second, and one that is away ever more seldom', async () => {
  const { clock, coordinator, parked, asked, look, end } = setUp()
  look()
  for (let second = 1; second <= 5; second++) {
    await settle()
    parked.at(-1)?.(NOTHING)
    await clock.advance(1_000)
    expect(asked()).toBe(second + 1)
  }
  coordinator.fate = () => 'lost'
  parked.at(-1)?.(NOTHING)
  await clock.advance(600_000)
  expect(asked()).toBeLessThan(60)
  await end()
})
