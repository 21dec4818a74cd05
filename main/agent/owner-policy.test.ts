import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import { type Sqlite, openSqlite } from '../kernel/sqlite.ts'
import type { Signals } from './idle/objections.ts'
import { PolicyConfig } from './idle/policy-config.ts'
import * as initial from './migrations/0001-initial.ts'
import { createOwnerPolicy } from './owner-policy.ts'
import { createSettingsStore } from './settings.store.ts'

const FREE: Signals = { inputIdle: 3_600, powerSupply: 'mains', temperatureC: 50, others: [] }
const BUSY: Signals = { ...FREE, inputIdle: 0 }

/** A machine that keeps its disk and its clock while the process starts again. */
function machine() {
  const clock = createFakeClock()
  const db = openSqlite(':memory:', [initial])
  return { clock, db, ...start(clock, db) }
}

function start(clock: FakeClock, db: Sqlite) {
  const now = { signals: FREE, jobRunning: false }
  const revoked: string[] = []
  let changes = 0
  const policy = createOwnerPolicy({
    config: PolicyConfig.parse({}),
    settings: createSettingsStore(db),
    clock,
    readSignals: () => now.signals,
    jobRunning: () => now.jobRunning,
    onRevoked: ({ code }) => revoked.push(code),
    changed: () => changes++,
  })
  const during = async (ms: number) => {
    const stop = new AbortController()
    const running = policy.run(stop.signal)
    await clock.advance(ms)
    stop.abort()
    await running
  }
  return { now, policy, revoked, during, changes: () => changes, codes: () => policy.reasons().map(({ code }) => code) }
}

test('a pause holds from the moment it is asked for, and what it promised is on disk before the answer', () => {
  const { clock, db, policy, codes } = machine()
  expect(codes()).toEqual([])
  policy.pause(null)
  expect([codes(), policy.pausedUntil()]).toEqual([['user'], null])
  expect(start(clock, db).codes()).toEqual(['user'])
})

test('a pause with an end ends by itself, also while nothing runs; one without an end never does', async () => {
  const { clock, db, policy, during, codes } = machine()
  policy.pause(clock.now() + 60_000)
  await during(59_000)
  expect(codes()).toEqual(['user'])
  expect(start(clock, db).policy.pausedUntil()).toBe(clock.now() + 1_000)
  await during(2_000)
  expect(codes()).toEqual([])
  policy.pause(null)
  await during(10_000_000)
  expect(start(clock, db).codes()).toEqual(['user'])
  policy.resume()
  expect(start(clock, db).codes()).toEqual([])
})

test.each(['{"until":', '"yes"', '{"until":-1}', '{"until":null,"more":1}', '[]', 'true'])(
  'a stored pause that was damaged into %s still is a pause',
  (text) => {
    const { clock, db, policy } = machine()
    policy.pause(clock.now() + 1_000)
    db.prepare("UPDATE setting SET value = ? WHERE key = 'pause'").run(text)
    const after = start(clock, db)
    expect(after.codes()).toEqual(['user'])
    expect(after.policy.pausedUntil()).toBeNull()
  },
)

const Step = fc.oneof(
  fc.record({ do: fc.constant('pause' as const), forMs: fc.option(fc.integer({ min: 1, max: 100_000 })) }),
  fc.record({ do: fc.constantFrom('resume' as const, 'restart' as const, 'busy' as const, 'free' as const, 'job' as const, 'no-job' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 50_000 }) }),
)

test('from a stored pause nothing leads to work but the owner or the end of the pause itself, whatever restarts lie between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { minLength: 3, maxLength: 25 }), async (steps) => {
      const { clock, db, ...first } = machine()
      let run = first
      let paused: { until: number | null } | null = null
      for (const step of steps) {
        if (step.do === 'pause') {
          paused = { until: step.forMs === null ? null : clock.now() + step.forMs }
          run.policy.pause(paused.until)
        }
        if (step.do === 'resume') {
          paused = null
          run.policy.resume()
        }
        if (step.do === 'wait') await run.during(step.ms)
        if (step.do === 'restart') run = start(clock, db)
        if (step.do === 'busy' || step.do === 'free') run.now.signals = step.do === 'busy' ? BUSY : FREE
        if (step.do === 'job' || step.do === 'no-job') run.now.jobRunning = step.do === 'job'
        if (paused?.until !== null && paused && paused.until <= clock.now()) paused = null
        if (!paused) continue
        expect(run.codes()).toContain('user')
        expect(run.policy.decision().mayRun).toBe(false)
        expect(run.policy.pausedUntil()).toBe(paused.until)
      }
    }),
    { numRuns: 60 },
  )
})

test('a job that runs is asked to stop within a second of the owner coming back, and told why', async () => {
  const { now, during, revoked, codes } = machine()
  now.jobRunning = true
  await during(3_000)
  expect(revoked).toEqual([])
  now.signals = BUSY
  await during(0)
  expect(revoked).toEqual(['owner-present'])
  expect(codes()).toEqual(['owner-present'])
})

test('a pause stops a running job at once, without waiting for the next second, and nothing else', () => {
  const { now, policy, revoked } = machine()
  policy.pause(null)
  expect(revoked).toEqual([])
  now.jobRunning = true
  policy.pause(null)
  expect(revoked).toEqual(['user'])
})

test('the window hears about a change, and nothing while nothing changes', async () => {
  const { now, during, changes } = machine()
  await during(10_000)
  const quiet = changes()
  await during(10_000)
  expect(changes()).toBe(quiet)
  now.signals = { ...FREE, powerSupply: 'battery' }
  await during(10_000)
  expect(changes()).toBe(quiet + 1)
})
