import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PolicyConfig } from '../../shared/contract/owner-rules.ts'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import { type Sqlite, openSqlite } from '../kernel/sqlite.ts'
import type { PolicyCommand } from './idle/policy.ts'
import { type FakeSignals, createFakeSignals } from './idle/signals/sources.fake.ts'
import * as initial from './migrations/0001-initial.ts'
import { createOwnerPolicy } from './owner-policy.ts'
import { createSettingsStore } from './settings.store.ts'

const FREE: Partial<FakeSignals> = { inputIdle: 3_600, power: 'mains', games: [] }
const BUSY: Partial<FakeSignals> = { games: ['Factorio'] }

/** A machine that keeps its disk and its clock while the process starts again. */
function machine() {
  const clock = createFakeClock()
  const db = openSqlite(':memory:', [initial])
  return { clock, db, ...start(clock, db) }
}

function start(clock: FakeClock, db: Sqlite) {
  const world = createFakeSignals(clock, FREE)
  const now = { job: null as { usesGpu: boolean } | null }
  const told: PolicyCommand[] = []
  let changes = 0
  let decisions = 0
  const policy = createOwnerPolicy({
    config: () => PolicyConfig.parse({}),
    settings: createSettingsStore(db),
    clock,
    readSignals: () => ({ ...world.read(), temperatureC: 50, others: [] }),
    job: () => now.job,
    act: (command) => told.push(command),
    yielded: () => undefined,
    decided: () => decisions++,
    changed: () => changes++,
  })
  const during = async (ms: number) => {
    const stop = new AbortController()
    const running = policy.run(stop.signal)
    await clock.advance(ms)
    stop.abort()
    await running
  }
  const evicted = () => told.flatMap((command) => (command.do === 'evict' ? command.code : []))
  return {
    now,
    set: world.set,
    policy,
    told,
    evicted,
    during,
    changes: () => changes,
    decisions: () => decisions,
    codes: () => policy.reasonsNow().map(({ code }) => code),
  }
}

test('a pause holds from the moment it is asked for, and what it promised is on disk before the answer', () => {
  const { clock, db, policy, codes } = machine()
  expect(codes()).toEqual([])
  policy.pause(null)
  expect([codes(), policy.pausedUntil()]).toEqual([['user'], null])
  expect(start(clock, db).codes()).toEqual(['user'])
})

test('a pause with an end ends by itself to the second, also while nothing runs; one without an end never does', async () => {
  const { clock, db, policy, during, codes } = machine()
  policy.pause(clock.now() + 57_300)
  await during(57_200)
  expect(policy.reasons()).toMatchObject([{ code: 'user' }])
  expect(start(clock, db).policy.pausedUntil()).toBe(clock.now() + 100)
  await during(150)
  expect(policy.reasons()).toEqual([])
  policy.pause(null)
  await during(10_000_000)
  expect(start(clock, db).codes()).toEqual(['user'])
  policy.resume()
  expect([codes(), start(clock, db).codes()]).toEqual([[], []])
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

test('what else was remembered and is damaged is a pause, too', () => {
  const { clock, db, codes } = machine()
  codes()
  db.prepare("UPDATE setting SET value = ? WHERE key = 'policy'").run('{"finishing":')
  expect(start(clock, db).codes()).toEqual(['user'])
})

test('finishing, a fault and the rest after a game survive a restart', () => {
  const finishing = machine()
  finishing.now.job = { usesGpu: true }
  finishing.policy.finish()
  expect(start(finishing.clock, finishing.db).codes()).toEqual(['user'])

  const faulty = machine()
  faulty.policy.alarm({ code: 'vram', message: 'Held.', before: [{ deviceId: 'gpu', usedBytes: 5 }] })
  const after = start(faulty.clock, faulty.db)
  expect([after.codes(), after.policy.decision().state.fault?.before]).toEqual([['vram'], [{ deviceId: 'gpu', usedBytes: 5 }]])

  const playing = machine()
  playing.set(BUSY)
  playing.codes()
  playing.clock.jump(3_600_000)
  const restarted = start(playing.clock, playing.db)
  restarted.codes()
  expect(restarted.policy.reasons()).toMatchObject([{ code: 'cooldown', until: new Date(playing.clock.now() + 300_000).toISOString() }])
})

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
        if (step.do === 'busy' || step.do === 'free') run.set(step.do === 'busy' ? BUSY : FREE)
        if (step.do === 'job' || step.do === 'no-job') run.now.job = step.do === 'job' ? { usesGpu: true } : null
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

test('a job that runs is asked to stop a quarter of a second after a signal at the latest, and at once when a source has spoken', async () => {
  const { now, set, policy, during, evicted } = machine()
  now.job = { usesGpu: true }
  await during(3_000)
  expect(evicted()).toEqual([])
  set(BUSY)
  await during(0)
  expect(evicted()).toEqual(['game'])
  const woken = machine()
  woken.now.job = { usesGpu: true }
  const stop = new AbortController()
  const running = woken.policy.run(stop.signal)
  await woken.clock.advance(10)
  woken.set(BUSY)
  woken.policy.wake()
  await woken.clock.advance(25)
  expect(woken.evicted()).toEqual(['game'])
  stop.abort()
  await woken.clock.advance(1_000)
  await running
  expect(policy.reasons()).toMatchObject([{ code: 'game' }])
})

test('a pause stops a running job at once, without waiting for the next look, and nothing else', () => {
  const { now, policy, evicted } = machine()
  policy.pause(null)
  expect(evicted()).toEqual([])
  now.job = { usesGpu: false }
  policy.pause(null)
  expect(evicted()).toEqual(['user'])
})

test('nothing starts on what was true a moment ago', () => {
  const { set, policy } = machine()
  expect(policy.reasons()).toEqual([])
  set(BUSY)
  expect(policy.reasons()).toEqual([])
  expect(policy.reasonsNow()).toMatchObject([{ code: 'game' }])
})

test('while nothing runs it decides every five seconds, while a job runs four times a second', async () => {
  const { now, during, decisions } = machine()
  await during(60_000)
  expect(decisions()).toBeLessThanOrEqual(14)
  const before = decisions()
  now.job = { usesGpu: true }
  await during(10_000)
  expect(decisions() - before).toBeGreaterThanOrEqual(40)
})

test('the window hears about a change, and nothing while nothing changes; the disk neither', async () => {
  const { now, set, db, during, changes } = machine()
  await during(10_000)
  const quiet = changes()
  const writes = () => db.prepare('SELECT total_changes() AS n').get()
  const before = writes()
  await during(10_000)
  now.job = null
  expect([changes(), writes()]).toEqual([quiet, before])
  set({ power: 'battery' })
  await during(10_000)
  expect(changes()).toBe(quiet + 1)
})
