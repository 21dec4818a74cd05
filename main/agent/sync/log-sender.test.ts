import { afterEach, expect, test } from 'vitest'
import type { LogPiece } from '../../../shared/contract/job-log.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createIds } from '../../kernel/ids.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { createLiveLogs } from '../jobs/live-logs.ts'
import { createFakeCoordinator } from './coordinator.fake.ts'
import { runLogSender } from './log-sender.ts'
import type { SocketLine } from './socket.ts'

let end: () => Promise<void>
afterEach(() => end())

const LEASE = { leaseId: 'a', token: 1 }
const textOf = ({ content, from, isLast }: LogPiece) => `${from} ${Buffer.from(content, 'base64').toString()}${isLast ? '.' : ''}`

function setUp() {
  const clock = createFakeClock()
  const logs = createLiveLogs({ clock, ids: createIds(clock) })
  const coordinator = createFakeCoordinator(createSigner(generateKeyPem()), clock)
  const [posted, framed]: [string[], string[]] = [[], []]
  const { invoke } = coordinator.transport
  Object.assign(coordinator.transport, {
    invoke: async (name: string, input: unknown) => {
      await invoke(name, input)
      posted.push(textOf(input as LogPiece))
      return {}
    },
  })
  const open: SocketLine['say'] = (frame) => frame.type === 'log' && framed.push(textOf(frame))
  const line: SocketLine = { say: open }
  const stop = new AbortController()
  const running = runLogSender({ logs, client: coordinator.client, clock, random: () => 0.5, line }, stop.signal)
  end = async () => {
    stop.abort()
    await clock.advance(0)
    await running
  }
  return { clock, logs, coordinator, line, open, posted, framed }
}

test('what a job says goes over the socket a moment later, in pieces a frame can hold, and not more often than frames may come', async () => {
  const { clock, logs, framed } = setUp()
  logs.write(LEASE, Buffer.from('hello '))
  logs.write(LEASE, Buffer.from('world'))
  await clock.advance(250)
  expect(framed).toEqual(['0 hello world'])
  logs.write(LEASE, Buffer.alloc(200_000, 'x'))
  logs.end(LEASE)
  await clock.advance(1_000)
  expect(framed.length).toBeLessThanOrEqual(5)
  await clock.advance(2_000)
  expect(framed.reduce((sum, text) => sum + (text.match(/x/g)?.length ?? 0), 0)).toBe(200_000)
  expect(framed.at(-1)).toBe('200011 .')
  expect(Math.max(...framed.map((text) => text.length))).toBeLessThan(33_000)
})

test('without a socket it goes by request, again and again until it is taken, and what comes meanwhile is not lost', async () => {
  const { clock, logs, line, coordinator, posted } = setUp()
  line.say = null
  coordinator.fate = () => 'lost'
  logs.write(LEASE, Buffer.from('one '))
  await clock.advance(30_000)
  logs.write(LEASE, Buffer.from('two'))
  coordinator.fate = () => 'well'
  await clock.advance(30_000)
  expect(posted).toEqual(['0 one ', '4 two'])
})

test('a line that is full of other things is left to them for now', async () => {
  const { clock, logs, line, framed } = setUp()
  let unsent = 1_000_000
  line.unsentBytes = () => unsent
  logs.write(LEASE, Buffer.from('one'))
  await clock.advance(10_000)
  expect(framed).toEqual([])
  unsent = 0
  await clock.advance(40_000)
  expect(framed).toEqual(['0 one'])
})

test('what a job said whose lease is gone is dropped, and the next job is heard', async () => {
  const { clock, logs, line, coordinator, posted } = setUp()
  line.say = null
  let refused = 0
  coordinator.fate = () => (refused++ === 0 ? 'lease.lost' : 'well')
  logs.write(LEASE, Buffer.alloc(100_000))
  logs.write({ leaseId: 'b', token: 1 }, Buffer.from('b'))
  await clock.advance(5_000)
  expect(posted).toEqual(['0 b'])
})

test('a silent job costs nothing: no timer runs', async () => {
  const { clock, framed } = setUp()
  await clock.advance(0)
  expect([clock.sleepers(), framed]).toEqual([0, []])
})
