import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { JobState } from '../../../shared/contract/job.ts'
import { WAITING_REASONS } from '../../../shared/domain/waiting-reasons.ts'
import { type JobChange, type JobStanding, MAX_ATTEMPTS, TERMINAL, transition } from './transition.ts'

const why = { reason: 'waiting.node', message: 'm' } as const
const changes: readonly JobChange[] = [
  { type: 'planned', ...why },
  { type: 'unplaced', ...why },
  { type: 'leased' },
  { type: 'started' },
  { type: 'resumed' },
  { type: 'proof-arrived' },
  { type: 'receipt-waits', ...why },
  { type: 'accepted' },
  { type: 'attempt-ended', retry: true, ...why },
  { type: 'attempt-ended', retry: false, ...why },
  { type: 'paused', ...why },
  { type: 'deadline-passed' },
  { type: 'cancelled' },
]
const history = fc.array(fc.constantFrom(...changes), { maxLength: 40 })

/** Plays a history; a lease counts as an attempt, impossible changes are skipped as the store skips them. */
function play(events: readonly JobChange[]): JobStanding[] {
  const states: JobStanding[] = [{ state: 'queued', attempts: 0 }]
  for (const change of events) {
    const last = states.at(-1) ?? { state: 'queued', attempts: 0 }
    const next = transition(last, change)
    if (next) states.push({ state: next.state, attempts: last.attempts + (change.type === 'leased' ? 1 : 0) })
  }
  return states
}

test('the straight way from queued to completed', () => {
  const way: JobChange[] = [{ type: 'planned', ...why }, { type: 'leased' }, { type: 'started' }, { type: 'proof-arrived' }, { type: 'accepted' }]
  expect(play(way).map(({ state }) => state)).toEqual(['queued', 'planned', 'leased', 'running', 'verifying', 'completed'])
})

test('whatever happens, a job that waits says why', () => {
  const standing = fc.record({ state: fc.constantFrom(...JobState.options), attempts: fc.nat(5) })
  fc.assert(
    fc.property(standing, fc.constantFrom(...changes), (from, change) => {
      const next = transition(from, change)
      if (next?.state === 'queued' || next?.state === 'planned') expect(WAITING_REASONS).toContain(next.reason)
    }),
  )
})

test('a job that has ended never moves again', () => {
  for (const state of TERMINAL) for (const change of changes) expect(transition({ state, attempts: 1 }, change)).toBeNull()
})

test('no history completes a job without a proof, or fails one that was never tried', () => {
  fc.assert(
    fc.property(history, (events) => {
      const states = play(events)
      const completed = states.findIndex(({ state }) => state === 'completed')
      if (completed !== -1) expect(states[completed - 1]?.state).toBe('verifying')
      expect(states.filter(({ state }) => TERMINAL.has(state)).length).toBeLessThanOrEqual(1)
      const last = states.at(-1)
      if (last?.state === 'failed') expect(last.attempts).toBeGreaterThan(0)
    }),
  )
})

test('an attempt that may be repeated is repeated, but not for ever', () => {
  const ended: JobChange = { type: 'attempt-ended', retry: true, reason: 'r', message: 'm' }
  expect(transition({ state: 'running', attempts: MAX_ATTEMPTS - 1 }, ended)).toMatchObject({ state: 'queued', reason: 'waiting.retry', message: 'm' })
  expect(transition({ state: 'running', attempts: MAX_ATTEMPTS }, ended)).toMatchObject({ state: 'failed', reason: 'r' })
})

test('work that is only waiting for our check can be neither cancelled nor expired', () => {
  expect(transition({ state: 'verifying', attempts: 1 }, { type: 'cancelled' })).toBeNull()
  expect(transition({ state: 'verifying', attempts: 1 }, { type: 'deadline-passed' })).toBeNull()
})

test('every state but the last ones can be left', () => {
  for (const state of JobState.options) expect(changes.some((change) => transition({ state, attempts: 0 }, change) !== null)).toBe(!TERMINAL.has(state))
})
