import { expect, test } from 'vitest'
import { figuresOf } from './figures.ts'

const HOUR = 3_600_000
const NOW = 100 * HOUR
const job = (submittedAt: number, startedAt: number | null, state: 'completed' | 'failed' | 'cancelled' | 'queued' = 'completed') => ({
  submittedAt,
  startedAt,
  updatedAt: startedAt ?? submittedAt,
  state,
})

test('waits are told by the jobs that were started, failures by those that ended by themselves', () => {
  const jobs = [
    job(NOW - HOUR, NOW - HOUR + 10_000),
    job(NOW - HOUR, NOW - HOUR + 60_000, 'failed'),
    job(NOW - HOUR, null, 'cancelled'),
    job(NOW - HOUR, null, 'queued'),
  ]
  const { window, queue } = figuresOf(jobs, { to: NOW, isSample: false })
  expect(window).toMatchObject({ jobs: 4, waitSeconds: { p50: 10, p95: 60, of: 2 }, failedShare: 0.5, ended: { cancelled: 1, failed: 1, completed: 1 } })
  expect(queue).toHaveLength(24)
  expect(queue.at(-1)).toEqual({ at: new Date(NOW).toISOString(), waiting: 1 })
})

test('nothing is said of a day on which nothing was', () => {
  expect(figuresOf([], { to: NOW, isSample: false }).window).toMatchObject({ jobs: 0, waitSeconds: null, failedShare: null })
})
