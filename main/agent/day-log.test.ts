import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DayCode, DayReport } from '../../shared/contract/day-report.ts'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import { type Sqlite, openSqlite } from '../kernel/sqlite.ts'
import { createDayLog } from './day-log.ts'
import { type DaySpan, boundsOf, reportDay } from './day-report.ts'
import { createDaySpansStore } from './day-spans.store.ts'
import * as policy from './migrations/0003-policy.ts'

const DAY = '2026-03-01'
const { from: MIDNIGHT } = boundsOf(DAY)
const HOUR = 3_600_000
const sum = ({ entries }: DayReport) => entries.reduce((total, { ms }) => total + ms, 0)
const msOf = ({ entries }: DayReport, code: DayCode) => entries.find((entry) => entry.code === code)?.ms ?? 0

function machine(start = MIDNIGHT) {
  const clock = createFakeClock(start)
  const db = openSqlite(':memory:', [policy])
  return { clock, db, ...boot(clock, db) }
}

function boot(clock: FakeClock, db: Sqlite) {
  const now = { code: 'no-jobs' as DayCode }
  const log = createDayLog({ clock, spans: createDaySpansStore(db), code: () => now.code })
  const stop = new AbortController()
  const running = log.run(stop.signal)
  const become = (code: DayCode) => {
    now.code = code
    log.look()
  }
  return { log, become, crash: () => stop.abort(), end: async () => (stop.abort(), clock.advance(0), running) }
}

test('every stretch goes to its code, to the millisecond', async () => {
  const { clock, log, become, end } = machine()
  await clock.advance(HOUR)
  become('owner-present')
  await clock.advance(2 * HOUR + 1)
  become('running')
  await clock.advance(7)
  const report = log.report(DAY)
  expect(DayReport.parse(report)).toEqual({
    day: DAY,
    totalMs: 3 * HOUR + 8,
    entries: [
      { code: 'owner-present', ms: 2 * HOUR + 1 },
      { code: 'no-jobs', ms: HOUR },
      { code: 'running', ms: 7 },
    ],
  })
  await end()
})

test('a day that has not come is empty, and one without an agent is off', async () => {
  const { log, end } = machine()
  expect(log.report('2026-03-02')).toEqual({ day: '2026-03-02', totalMs: 0, entries: [] })
  expect(log.report('2026-02-28')).toEqual({ day: '2026-02-28', totalMs: 24 * HOUR, entries: [{ code: 'off', ms: 24 * HOUR }] })
  await end()
})

test('a stretch over midnight belongs to both days', async () => {
  const { clock, log, become, end } = machine(MIDNIGHT + 23 * HOUR)
  become('running')
  await clock.advance(2 * HOUR)
  expect(msOf(log.report(DAY), 'running')).toBe(HOUR)
  expect(msOf(log.report('2026-03-02'), 'running')).toBe(HOUR)
  await end()
})

test('sleep is told from work, and from an agent that did not run', async () => {
  const { clock, db, become, end } = machine()
  become('running')
  await clock.advance(HOUR)
  clock.jump(2 * HOUR)
  await clock.advance(HOUR)
  await end()
  clock.jump(HOUR)
  const next = boot(clock, db)
  await clock.advance(HOUR)
  const report = next.log.report(DAY)
  expect(report.entries.map(({ code }) => code).toSorted()).toEqual(['asleep', 'no-jobs', 'off', 'running'])
  expect([msOf(report, 'asleep'), msOf(report, 'off'), msOf(report, 'running')]).toEqual([2 * HOUR, HOUR, 2 * HOUR])
  await next.end()
})

test('a crash loses a minute at most', async () => {
  const { clock, db, become } = machine()
  become('running')
  await clock.advance(30 * 60_000 + 59_000)
  const next = boot(clock, db)
  const report = next.log.report(DAY)
  expect(msOf(report, 'running')).toBeGreaterThanOrEqual(30 * 60_000)
  expect(msOf(report, 'off')).toBeLessThanOrEqual(60_000)
  await next.end()
})

test('nothing is written while nothing changes but once a minute', async () => {
  const { clock, db, log, end } = machine()
  const writes = () => (db.prepare('SELECT total_changes() AS n').get() as { n: number }).n
  await clock.advance(1_000)
  const before = writes()
  for (let look = 0; look < 600; look++) {
    await clock.advance(500)
    log.look()
  }
  expect(writes() - before).toBeLessThanOrEqual(5)
  await end()
})

describe('whatever happens', () => {
  const codes = fc.constantFrom<DayCode>('running', 'no-jobs', 'owner-present', 'carbon', 'offline')
  const events = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3 * HOUR }) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('become' as const), code: codes }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.integer({ min: -5 * HOUR, max: 5 * HOUR }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'crash' as const), ms: fc.integer({ min: 0, max: HOUR }) }) },
    ),
    { maxLength: 25 },
  )

  test('the report of every day adds up to exactly what has passed of it: restarts, crashes, sleep, clocks that are set', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (history) => {
        const { clock, db, ...first } = machine(MIDNIGHT + 12 * HOUR)
        let run: ReturnType<typeof boot> = first
        for (const event of history) {
          if (event.do === 'wait') await clock.advance(event.ms)
          if (event.do === 'become') run.become(event.code)
          if (event.do === 'jump') clock.jump(event.ms)
          if (event.do === 'restart') await run.end()
          if (event.do === 'restart' || event.do === 'crash') {
            run.crash()
            await clock.advance(event.ms)
            run = boot(clock, db)
          }
          for (const day of ['2026-02-28', DAY, '2026-03-02', '2026-03-03']) {
            const report = run.log.report(day)
            const { from, to } = boundsOf(day)
            expect(report.totalMs).toBe(Math.max(0, Math.min(to, clock.now()) - from))
            expect(sum(report)).toBe(report.totalMs)
            expect(report.entries.every(({ ms }) => Number.isInteger(ms) && ms > 0)).toBe(true)
          }
        }
        await run.end()
      }),
      { numRuns: 40 },
    )
  })

  test('while the clocks agree, each code gets what it lasted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(codes, fc.integer({ min: 1, max: HOUR })), { maxLength: 12 }), async (stretches) => {
        const { clock, log, become, end } = machine()
        const lasted = new Map<DayCode, number>()
        for (const [code, ms] of stretches) {
          become(code)
          await clock.advance(ms)
          lasted.set(code, (lasted.get(code) ?? 0) + ms)
        }
        const report = log.report(DAY)
        expect(new Map(report.entries.map(({ code, ms }) => [code, ms]))).toEqual(lasted)
        await end()
      }),
      { numRuns: 40 },
    )
  })

  test('spans in any order and overlap still add up', () => {
    const span: fc.Arbitrary<DaySpan> = fc
      .tuple(fc.integer({ min: -HOUR, max: 25 * HOUR }), fc.integer({ min: 0, max: 5 * HOUR }), codes)
      .map(([from, ms, code]) => ({ from: MIDNIGHT + from, to: MIDNIGHT + from + ms, code }))
    fc.assert(
      fc.property(fc.array(span, { maxLength: 40 }), fc.integer({ min: -HOUR, max: 30 * HOUR }), (spans, now) => {
        const report = reportDay(DAY, spans, MIDNIGHT + now)
        expect(sum(report)).toBe(report.totalMs)
        const last = spans.at(-1)
        if (last && last.from >= MIDNIGHT && last.to <= MIDNIGHT + Math.min(now, 24 * HOUR))
          expect(msOf(report, last.code)).toBeGreaterThanOrEqual(last.to - last.from)
      }),
    )
  })
})
