import { expect, test, vi } from 'vitest'
import type { RunningJob } from '../../shared/contract/agent-job.ts'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import { createKeepAwake, staysAwake } from './keep-awake.ts'

const works = fakeStatus({ policy: 'running', display: 'earning', running: [{ jobId: 'job-1' } as RunningJob] })

test.each([
  ['on-mains', false, true],
  ['on-mains', true, false],
  ['always', true, true],
  ['never', false, false],
] as const)('while a job runs and its owner says “%s”, on battery %s: awake %s', (keepsAwake, onBattery, awake) =>
  expect(staysAwake({ status: works, keepsAwake, onBattery })).toBe(awake),
)

test.each([null, fakeStatus(), { ...works, running: [] }, fakeStatus({ ...works, policy: 'yielding' }), fakeStatus({ ...works, policy: 'cooldown' })])(
  'without a job that runs the machine may sleep: %#',
  (status) => expect(staysAwake({ status, keepsAwake: 'always', onBattery: false })).toBe(false),
)

test('it is held once, and let go once', () => {
  const blocker = { start: vi.fn(() => 7), stop: vi.fn(() => true) }
  const set = createKeepAwake(blocker)
  for (const awake of [false, true, true, false, false]) set(awake)
  expect(blocker.start).toHaveBeenCalledExactlyOnceWith('prevent-app-suspension')
  expect(blocker.stop).toHaveBeenCalledExactlyOnceWith(7)
})
