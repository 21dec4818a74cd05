import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { JobState } from '../../../shared/contract/job.ts'
import { WAITING_REASONS } from '../../../shared/domain/waiting-reasons.ts'
import { type JobChange, type JobStanding, TERMINAL, transition } from './transition.ts'

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
  { type: 'predecessor-failed', message: 'm' },
  { type: 'deadline-passed' },
  { type: 'cancelled' },
]
const history = fc.array(fc.constantFrom(...changes), { maxLength: 40 })

/** Plays a history; a lease counts as an attempt, impossible changes are skipped as the store skips them. */
function play(events: readonly JobChange[]): JobStanding[] {
  const states: JobStanding[] = [{ state: 'queued', wasLeased: false }]
  for (const change of events) {
    const last = states.at(-1) ?? { state: 'queued', wasLeased: false }
    const next = transition(last, change)
    if (next) states.push({ state: next.state, wasLeased: last.wasLeased || change.type === 'leased' })
  }
  return states
}

test('the straight way from queued to completed', () => {
  const way: JobChange[] = [{ type: 'planned', ...why }, { type: 'leased' }, { type: 'started' }, { type: 'proof-arrived' }, { type: 'accepted' }]
  expect(play(way).map(({ state }) => state)).toEqual(['queued', 'planned', 'leased', 'running', 'verifying', 'completed'])
})

test('whatever happens, a job that waits says why', () => {
  const standing = fc.record({ state: fc.constantFrom(...JobState.options), wasLeased: fc.boolean() })
  fc.assert(
    fc.property(standing, fc.constantFrom(...changes), (from, change) => {
      const next = transition(from, change)
      if (next?.state === 'queued' || next?.state === 'planned') expect(WAITING_REASONS).toContain(next.reason)
    }),
  )
})

test('a job that has ended never moves again', () => {
  for (const state of TERMINAL) for (const change of changes) expect(transition({ state, wasLeased: true }, change)).toBeNull()
})

/** `–`: not possible. In the order of `changes`; of a job that has been tried once. */
const TABLE: Readonly<Record<JobState, string>> = {
  queued: 'planned queued – – running verifying – – – – – failed expired cancelled',
  planned: 'planned queued leased – running verifying – – – – – – expired cancelled',
  leased: '– – – running – verifying – – queued failed planned – expired cancelled',
  running: '– – – running – verifying – – queued failed planned – expired cancelled',
  verifying: '– – – verifying – verifying verifying completed queued failed – – – –',
  completed: '– – – – – – – – – – – – – –',
  failed: '– – – – – – – – – – – – – –',
  expired: '– – – – – – – – – – – – – –',
  cancelled: '– – – – – – – – – – – – – –',
}

test.each(JobState.options)('every change of a job that is %s leads where it should', (state) => {
  const words = changes.map((change) => transition({ state, wasLeased: true }, change)?.state ?? '–')
  expect(words.join(' ')).toBe(TABLE[state])
})

test('a job that no machine was ever given can be neither proven nor resumed', () => {
  for (const state of JobState.options)
    for (const type of ['proof-arrived', 'resumed'] as const) expect(transition({ state, wasLeased: false }, { type })).toBeNull()
})

test('no history completes a job without a proof, or fails one that was never tried and waited for nothing that failed', () => {
  fc.assert(
    fc.property(history, (events) => {
      const states = play(events)
      const completed = states.findIndex(({ state }) => state === 'completed')
      if (completed !== -1) expect(states[completed - 1]?.state).toBe('verifying')
      expect(states.filter(({ state }) => TERMINAL.has(state)).length).toBeLessThanOrEqual(1)
      const last = states.at(-1)
      if (last?.state === 'failed' && !events.some(({ type }) => type === 'predecessor-failed')) expect(last.wasLeased).toBe(true)
    }),
  )
})

test('a job that is tried again waits for that, and one that is not has failed for the reason of its last attempt', () => {
  const ended = { type: 'attempt-ended', reason: 'r', message: 'm' } as const
  expect(transition({ state: 'running', wasLeased: true }, { ...ended, retry: true })).toMatchObject({ state: 'queued', reason: 'waiting.retry', message: 'm' })
  expect(transition({ state: 'running', wasLeased: true }, { ...ended, retry: false })).toMatchObject({ state: 'failed', reason: 'r' })
})

test('work that is only waiting for our check can be neither cancelled nor expired', () => {
  expect(transition({ state: 'verifying', wasLeased: true }, { type: 'cancelled' })).toBeNull()
  expect(transition({ state: 'verifying', wasLeased: true }, { type: 'deadline-passed' })).toBeNull()
})

test('every state but the last ones can be left', () => {
  for (const state of JobState.options) expect(changes.some((change) => transition({ state, wasLeased: false }, change) !== null)).toBe(!TERMINAL.has(state))
})
