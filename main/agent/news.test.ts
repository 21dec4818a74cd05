import { expect, test } from 'vitest'
import { agentContract } from '../../shared/contract/agent.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createNews } from './news.ts'

function setUp() {
  const clock = createFakeClock()
  const news = createNews(clock)
  const heard: [string, unknown][] = []
  const stopListening = news.subscribe((event, payload) => heard.push([event, payload]))
  const during = async (ms: number) => {
    const stop = new AbortController()
    const running = news.run(stop.signal)
    await clock.advance(ms)
    stop.abort()
    await running
  }
  return { clock, news, heard, stopListening, during }
}

test('many changes of a moment are told once, each topic once, with a number that rises', async () => {
  const { news, heard, during } = setUp()
  for (let i = 0; i < 100; i++) news.changed('status', 'jobs')
  news.changed('status')
  await during(1_000)
  news.changed('grid')
  await during(1_000)
  expect(heard).toEqual([
    ['changed', { seq: 1, what: ['status', 'jobs'] }],
    ['changed', { seq: 2, what: ['grid'] }],
  ])
  for (const [, payload] of heard) expect(agentContract.changed.payload.safeParse(payload).success).toBe(true)
})

test('nothing is told while nothing changes, and a reading of power at once', async () => {
  const { news, heard, during } = setUp()
  await during(10_000)
  expect(heard).toEqual([])
  news.power({ at: '2026-03-01T12:00:00.000Z', watts: 40, temperatureC: null })
  expect(heard).toEqual([['power', { at: '2026-03-01T12:00:00.000Z', watts: 40, temperatureC: null }]])
})

test('who has left hears nothing more', async () => {
  const { news, heard, stopListening, during } = setUp()
  stopListening()
  news.changed('jobs')
  news.power({ at: '2026-03-01T12:00:00.000Z', watts: 40, temperatureC: null })
  await during(1_000)
  expect(heard).toEqual([])
})

test('while no window listens nobody is woken, and one that opens later hears what changes from then on', async () => {
  const { news, heard, stopListening, during } = setUp()
  stopListening()
  news.changed('status')
  await during(1_000)
  news.subscribe((event, payload) => heard.push([event, payload]))
  await during(1_000)
  expect(heard).toEqual([])
  news.changed('jobs')
  await during(1_000)
  expect(heard).toEqual([['changed', { seq: 1, what: ['jobs'] }]])
})

test('however much happens, a window hears at most two things a second', async () => {
  const { news, heard, clock, during } = setUp()
  const running = during(60_000)
  const busy = async () => {
    for (let tenth = 0; tenth < 600; tenth++) {
      news.changed('status')
      if (tenth % 10 === 0) news.power({ at: '2026-03-01T12:00:00.000Z', watts: tenth, temperatureC: null })
      await clock.sleep(100, new AbortController().signal)
    }
  }
  await Promise.all([busy(), running])
  expect(heard.length).toBeGreaterThan(90)
  expect(heard.length).toBeLessThanOrEqual(120)
})
