import { expect, test } from 'vitest'
import type { AgentJob } from '../contract/agent-job.ts'
import type { AgentStatus } from '../contract/agent.ts'
import { ownerCommands } from './owner-commands.ts'
import { PAUSES } from './pauses.ts'

type Input = Parameters<typeof ownerCommands>[0]

const reason = (code: AgentStatus['reasons'][number]['code']) => ({ code, message: 'Because.', until: null })
const jobIn = (state: AgentJob['state']) => ({ state }) as AgentJob
const labels = (change: Partial<Input>) =>
  ownerCommands({
    display: 'earning',
    policy: 'running',
    reasons: [],
    finishing: false,
    anywayUntil: null,
    mayRunAnyway: false,
    job: jobIn('running'),
    ...change,
  }).map(({ label }) => label)
const finishIn = (job: AgentJob | null) =>
  ownerCommands({ display: 'waiting', policy: 'blocked', reasons: [], finishing: false, anywayUntil: null, mayRunAnyway: false, job }).find(
    ({ id }) => id === 'finish',
  )

test.each<[string, Partial<Input>, string[]]>([
  ['earning', {}, ['Pause', 'Finish, then pause']],
  ['ready', { display: 'ready', policy: 'waiting', job: null }, ['Pause', 'Finish, then pause']],
  ['waiting', { display: 'waiting', policy: 'blocked', reasons: [reason('carbon')] }, ['Pause', 'Finish, then pause']],
  ['waiting for the owner alone', { display: 'waiting', mayRunAnyway: true }, ['Pause', 'Finish, then pause', 'Run anyway for 1 hour']],
  ['running anyway', { anywayUntil: '2026-11-21T15:40:00.000Z' }, ['Pause', 'Finish, then pause', 'Back to my rules']],
  ['finishing', { display: 'finishing', finishing: true }, ['Pause now', 'Cancel finish']],
  ['paused', { display: 'paused', policy: 'off', reasons: [reason('user')] }, ['Resume', 'Change the pause']],
  [
    'paused while something is wrong',
    { display: 'action-needed', policy: 'off', reasons: [reason('blocked'), reason('user')] },
    ['Resume', 'Change the pause'],
  ],
  ['an alarm', { display: 'action-needed', policy: 'fault', reasons: [reason('vram')] }, ['Pause', 'Run jobs all the same']],
])('%s', (_name, change, expected) => expect(labels(change)).toEqual(expected))

test('every pause can be chosen', () =>
  expect(
    ownerCommands({ display: 'ready', policy: 'waiting', reasons: [], finishing: false, anywayUntil: null, mayRunAnyway: false, job: null })[0].verb,
  ).toHaveLength(PAUSES.length))

test.each(['preparing', 'running', 'collecting'] as const)('a job that is %s can be finished', (state) =>
  expect(finishIn(jobIn(state))?.unavailable).toBeNull(),
)

test.each(['leased', 'waiting', 'proving', 'submitted', null] as const)('nothing is to be finished where the job is %s, and that is said', (state) =>
  expect(finishIn(state && jobIn(state))?.unavailable).toContain('No job is running'),
)
