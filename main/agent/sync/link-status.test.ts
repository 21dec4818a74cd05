import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { createLinkStatus } from './link-status.ts'

function setUp(url: string | null = 'http://coordinator') {
  const clock = createFakeClock()
  const told: string[] = []
  let skewMs: number | null = null
  const status = createLinkStatus({
    url,
    clock,
    skewMs: () => skewMs,
    log: { warn: (_: unknown, text?: string) => told.push(`warn: ${text}`), info: (text: unknown) => told.push(`info: ${String(text)}`) },
    changed: () => told.push('changed'),
    connected: () => told.push('connected'),
  })
  const says = () => {
    const { state, message } = status.view()
    return [state, message]
  }
  return {
    ...status,
    clock,
    told,
    says,
    skew: (ms: number | null) => {
      skewMs = ms
      status.timed()
    },
  }
}

test('it is connecting until it knows better, connected by socket, and offline with the reason', () => {
  const { says, socket, http } = setUp()
  expect(says()).toEqual(['connecting', null])
  socket('connected', null)
  expect(says()).toEqual(['connected', null])
  socket('offline', 'The coordinator closed the connection.')
  expect(says()).toEqual(['offline', 'The coordinator closed the connection.'])
  http('It cannot be reached.')
  expect(says()).toEqual(['offline', 'It cannot be reached.'])
})

test('without a WebSocket it is connected all the same, says why news is slow, and stops saying so once there is one', () => {
  const { says, socket, http } = setUp()
  http(null)
  expect(says()).toEqual(['connected', null])
  socket('offline', 'The coordinator cannot be reached (Unexpected server response: 502).')
  expect(says()).toEqual(['connected', expect.stringMatching(/without a WebSocket/)])
  socket('connecting', null)
  expect(says()).toEqual(['connected', expect.stringMatching(/without a WebSocket/)])
  socket('connected', null)
  expect(says()).toEqual(['connected', null])
})

test('an open socket over which no request is taken is not a connection', () => {
  const { says, socket, http } = setUp()
  socket('connected', null)
  http('This node is quarantined: no reason given.')
  expect(says()).toEqual(['offline', 'This node is quarantined: no reason given.'])
})

test('a clock that is wrong is what the owner hears first and the log once, until it is right again', () => {
  const { says, socket, skew, told } = setUp()
  socket('connected', null)
  told.length = 0
  for (const ms of [600_000, 600_010, null, 5]) skew(ms)
  expect(told.filter((text) => text !== 'changed')).toEqual([
    expect.stringMatching(/^warn: .*10 minutes ahead/),
    'info: the clock of this machine is right again',
  ])
  expect(says()).toEqual(['connected', null])
  skew(-86_400_000)
  expect(says()).toEqual(['connected', expect.stringMatching(/24 hours behind/)])
  socket('offline', 'Gone.')
  expect(says()).toEqual(['offline', expect.stringMatching(/24 hours behind/)])
})

test('reports that piled up are counted down, later ones join the count, and a few are not worth a word', () => {
  const { says, socket, delivered } = setUp()
  socket('connected', null)
  delivered(4)
  expect(says()[1]).toBeNull()
  delivered(0)
  delivered(299)
  expect(says()[1]).toBe('Catching up: 1 of 300 reports delivered.')
  for (let waiting = 298; waiting >= 180; waiting--) delivered(waiting)
  expect(says()[1]).toBe('Catching up: 120 of 300 reports delivered.')
  delivered(180)
  expect(says()[1]).toBe('Catching up: 121 of 301 reports delivered.')
  delivered(0)
  expect(says()[1]).toBeNull()
})

test('coming up is told once, however it is learnt; that nothing changed is not told', () => {
  const { socket, http, told } = setUp()
  http(null)
  http(null)
  socket('connected', null)
  expect(told).toEqual(['connected', 'changed'])
})

test('when the coordinator was last heard of is known, and without one nothing is', async () => {
  const { view, http, clock } = setUp()
  expect(view().lastSyncAt).toBeNull()
  await clock.advance(1_000)
  http(null)
  http('Gone.')
  expect(view()).toMatchObject({ url: 'http://coordinator', lastSyncAt: '2026-03-01T12:00:01.000Z' })
  expect(setUp(null).view()).toEqual({ state: 'unconfigured', url: null, lastSyncAt: null, message: null })
})
