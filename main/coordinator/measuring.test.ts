import { expect, test } from 'vitest'
import { WindfallError } from '../../shared/errors.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createFakeProvider } from './grid/provider.fake.ts'
import { createMeasuring } from './measuring.ts'
import type { World } from './jobs/ports.ts'
import { openTestDatabase } from './persistence/database.fake.ts'
import { transact } from './persistence/database.ts'

test('rounds of planning are timed, and those without a job are none', async () => {
  const clock = createFakeClock()
  const { plan, catalogue } = createMeasuring(clock)
  const nothing = { outcome: [], choiceOf: () => expect.unreachable() }
  const timed = plan(async () => {
    await clock.advance(750)
    return nothing
  })
  await timed({ now: clock.now(), jobs: [], nodes: [] })
  await timed({ now: clock.now(), jobs: [{ jobId: 'job-1' } as World['jobs'][number]], nodes: [] })
  expect(catalogue.work.rounds.lines()).toEqual(
    expect.arrayContaining(['windfall_plan_round_duration_seconds_bucket{le="0.5"} 0', 'windfall_plan_round_duration_seconds_bucket{le="1"} 1']),
  )
})

test('of a provider it is known how often it answered, had nothing and failed, and how new what it said is', async () => {
  const clock = createFakeClock()
  const { provider, catalogue } = createMeasuring(clock)
  const asked = createFakeProvider({ clock, id: 'energy-charts', zones: ['DE'], aheadMs: 3_600_000 })
  const query = { kind: 'average' as const, zone: 'DE', from: clock.now(), to: clock.now() + 3_600_000 }
  const { signal } = new AbortController()
  const answer = await asked.read(query, signal)
  await provider(asked).read(query, signal)
  await provider({ ...asked, read: async () => null }).read(query, signal)
  const broken = provider({ ...asked, read: () => Promise.reject(new Error('503')) })
  await expect(broken.read(query, signal)).rejects.toThrow('503')
  // A coordinator that stops in the middle of a question is no fault of whom it asked.
  await expect(broken.read(query, AbortSignal.abort())).rejects.toThrow('503')
  expect(catalogue.grid.asked.lines().toSorted()).toEqual(
    ['answered', 'failed', 'nothing'].map((outcome) => `windfall_provider_requests_total{provider="energy-charts",outcome="${outcome}"} 1`),
  )
  expect(catalogue.grid.newest.lines()).toEqual([
    `windfall_provider_signal_timestamp_seconds{provider="energy-charts"} ${Date.parse(answer?.issuedAt ?? '') / 1_000}`,
  ])
})

test('writes are timed, and those that fail are counted', async () => {
  const db = await openTestDatabase()
  const { writes, catalogue } = createMeasuring(createFakeClock())
  writes(db)
  await transact(db, async () => undefined)
  // What is refused for what it asks is no fault of the database.
  await expect(transact(db, () => Promise.reject(new WindfallError('conflict', 'no')))).rejects.toThrow('no')
  await expect(transact(db, () => Promise.reject(new WindfallError('storage.full', 'no room')))).rejects.toThrow('no room')
  await db.destroy()
  expect(catalogue.process.writes.lines().at(-1)).toBe('windfall_database_write_duration_seconds_count 1')
  expect(catalogue.process.writesFailed.lines()).toEqual(['windfall_database_write_failures_total 1'])
})
