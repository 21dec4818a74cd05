import { expect, test } from 'vitest'
import { timelineOf } from './timeline.ts'

const at = (minutes: number): string => new Date(Date.UTC(2026, 10, 21, 14, minutes)).toISOString()
const NODE = 'n'.repeat(43)

test('each attempt stands between its submission and where it is now', () => {
  const steps = timelineOf({
    state: 'running',
    reason: null,
    message: null,
    submittedAt: at(0),
    updatedAt: at(30),
    plan: null,
    attempts: [
      { attemptId: 'a1', nodeId: NODE, state: 'lost', startedAt: at(5), endedAt: at(15), reason: 'silent' },
      { attemptId: 'a2', nodeId: NODE, state: 'running', startedAt: at(20), endedAt: null, reason: null },
    ],
  })
  expect(steps.map(({ state, text }) => `${state.word}: ${text}`)).toEqual([
    'Submitted: ',
    'Lost: Attempt 1, took 10\u202fmin, silent',
    'Running: Attempt 2, goes on',
    'Running: ',
  ])
  expect(steps.at(-1)?.at).toBeNull()
})

test('one that has ended says when and why', () => {
  const [, end] = timelineOf({
    state: 'expired',
    reason: 'deadline',
    message: 'Its deadline has passed.',
    submittedAt: at(0),
    updatedAt: at(59),
    plan: null,
    attempts: [],
  })
  expect([end?.at, end?.text]).toEqual([at(59), 'Its deadline has passed.'])
})
