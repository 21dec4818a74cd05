import { expect, test } from 'vitest'
import { Yield } from '../../shared/contract/yield.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { openSqlite } from '../kernel/sqlite.ts'
import type { YieldMark } from './idle/policy.ts'
import * as policy from './migrations/0003-policy.ts'
import { createYieldWatch } from './yield-watch.ts'
import { createYieldsStore } from './yields.store.ts'

function setUp() {
  const clock = createFakeClock()
  const saved: Yield[] = []
  const watch = createYieldWatch({ clock, save: (record) => saved.push(Yield.parse(record)), changed: () => undefined })
  const began = (kind: YieldMark['kind']) => watch.began({ kind, code: 'game', since: clock.monotonic() })
  watch.begun('a')
  return { clock, saved, watch, began }
}

test('a stop is timed from its signal through every step', async () => {
  const { clock, saved, watch } = setUp()
  const since = clock.monotonic()
  await clock.advance(200)
  watch.began({ kind: 'stopped', code: 'game', since })
  await clock.advance(100)
  watch.gone('a')
  await clock.advance(50)
  watch.settled('a', { verdict: 'back', at: clock.monotonic() })
  expect(saved).toMatchObject([{ code: 'game', kind: 'stopped', decidedMs: 200, computeStoppedMs: 300, goneMs: 300, memory: 'back', memoryMs: 350 }])
})

test('a job that stood still already when it had to go computed no more', async () => {
  const { clock, saved, watch, began } = setUp()
  began('rested')
  await clock.advance(10)
  watch.gaveWay('a')
  await clock.advance(20_000)
  began('stopped')
  await clock.advance(30)
  watch.gone('a')
  watch.settled('a', { verdict: null, at: clock.monotonic() })
  expect(saved).toMatchObject([
    { kind: 'rested', computeStoppedMs: 10, goneMs: null },
    { kind: 'stopped', computeStoppedMs: 0, goneMs: 30, memory: null, memoryMs: null },
  ])
})

test('a job that could not stand still and went instead counts as stopped', async () => {
  const { clock, saved, watch, began } = setUp()
  began('rested')
  await clock.advance(40)
  watch.gone('a')
  watch.settled('a', { verdict: 'back', at: clock.monotonic() })
  expect(saved).toMatchObject([{ kind: 'stopped', goneMs: 40 }])
})

test('a job that ends by itself, or had not begun to run, is not timed', async () => {
  const { clock, saved, watch, began } = setUp()
  watch.gone('a')
  watch.settled('a', { verdict: 'back', at: clock.monotonic() })
  began('stopped')
  watch.wentOn()
  await clock.advance(1_000_000)
  watch.gone('a')
  watch.settled('a', { verdict: 'back', at: clock.monotonic() })
  expect(saved).toEqual([])
})

test('of two jobs the slower one counts, for the stop, the end and the memory', async () => {
  const { clock, saved, watch, began } = setUp()
  watch.begun('b')
  began('stopped')
  await clock.advance(100)
  watch.gaveWay('a')
  await clock.advance(100)
  watch.gone('b')
  watch.settled('b', { verdict: 'others', at: clock.monotonic() })
  await clock.advance(100)
  watch.gone('a')
  expect(saved).toEqual([])
  await clock.advance(100)
  watch.settled('a', { verdict: 'back', at: clock.monotonic() })
  expect(saved).toMatchObject([{ computeStoppedMs: 200, goneMs: 300, memory: 'others', memoryMs: 400 }])
})

test('two jobs rest once both stand still', async () => {
  const { clock, saved, watch, began } = setUp()
  watch.begun('b')
  began('rested')
  watch.gaveWay('b')
  await clock.advance(50)
  expect(saved).toEqual([])
  watch.gaveWay('a')
  expect(saved).toMatchObject([{ kind: 'rested', computeStoppedMs: 50, goneMs: null }])
  watch.wentOn()
  began('rested')
  watch.gaveWay('a')
  await clock.advance(70)
  watch.gone('b')
  watch.settled('b', { verdict: 'back', at: clock.monotonic() })
  expect(saved.at(-1)).toMatchObject({ kind: 'rested', computeStoppedMs: 70, goneMs: null })
})

test('a job that ended before its owner came still has to give its memory back', async () => {
  const { clock, saved, watch, began } = setUp()
  watch.begun('b')
  watch.gone('b')
  began('stopped')
  watch.gone('a')
  watch.settled('a', { verdict: 'back', at: clock.monotonic() })
  await clock.advance(30)
  expect(saved).toEqual([])
  watch.settled('b', { verdict: 'held', at: clock.monotonic() })
  expect(saved).toMatchObject([{ goneMs: 0, memory: 'held', memoryMs: 30 }])
})

const record = (goneMs: number): Yield => ({
  at: '2026-03-01T12:00:00.000Z',
  code: 'game',
  kind: 'stopped',
  decidedMs: 100,
  computeStoppedMs: goneMs,
  goneMs,
  memory: 'back',
  memoryMs: goneMs + 10,
})

test('times are kept over restarts, the last five hundred of them, and summed up by values that were really measured', () => {
  const db = openSqlite(':memory:', [policy])
  const store = createYieldsStore(db)
  expect([store.last(), store.times()]).toEqual([null, { count: 0, p50Ms: null, p95Ms: null }])
  for (let index = 1; index <= 20; index++) store.add(record(index * 100))
  store.add({ ...record(0), kind: 'rested', goneMs: null, memory: null, memoryMs: null })
  const again = createYieldsStore(db)
  expect(again.times()).toEqual({ count: 20, p50Ms: 1_010, p95Ms: 1_910 })
  expect(again.last()).toMatchObject({ kind: 'rested', goneMs: null })
  for (let index = 0; index < 600; index++) store.add(record(50))
  expect([db.prepare('SELECT count(*) AS n FROM yield_time').get(), again.times()]).toEqual([{ n: 500 }, { count: 200, p50Ms: 60, p95Ms: 60 }])
})
