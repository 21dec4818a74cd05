/** What a runner does with an attempt that an earlier process left under way. */
import { expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import { fakeFacts } from '../attempt.fixture.ts'
import * as initial from '../migrations/0001-initial.ts'
import type { RunnerDeps } from './attempts.ts'
import type { Failure } from './failure.ts'
import { createJobsStore } from './jobs.store.ts'
import { fakeLease } from './lease.fixture.ts'
import { PROCESSOR_ONLY, takenInMemory } from './machine.fixture.ts'
import { runnerDeps } from './runner.fixture.ts'
import { createRunner } from './runner.ts'
import { type RunResult, type Runtime, runResult } from './runtime.ts'

const DONE = runResult({ end: 'exited', exitCode: 0, output: new TextEncoder().encode('done'), logTail: '' })

/** What the sandbox finds of the attempt: it runs on until told to end, or ends so, or is gone. */
type Left = RunResult | 'until-stopped' | 'nothing' | 'engine-away' | 'breaks'

function setUp(left: Left, { isLent = true, had = ['cpu'] }: { readonly isLent?: boolean; readonly had?: readonly string[] | null } = {}) {
  const clock = createFakeClock()
  const jobs = createJobsStore(openSqlite(':memory:', [initial]))
  const log: string[] = []
  const failures: Failure[] = []
  const runtime: Runtime = {
    name: 'wasm',
    probe: async () => ({ available: true, version: 'fake' }),
    prepare: async () => undefined,
    run: async (_, { onStarted }) => {
      onStarted({ freeze: async () => true, thaw: async () => true, throttle: async () => true })
      log.push('run')
      return DONE
    },
    adopt: async (_, { onStarted }, signal) => {
      if (left === 'nothing') return null
      if (left === 'engine-away') throw new WindfallError('runtime.unavailable', 'Docker does not answer.')
      onStarted({ freeze: async () => true, thaw: async () => true, throttle: async () => true })
      if (left === 'breaks') throw new WindfallError('runtime.unavailable', 'Docker was restarted.')
      if (left !== 'until-stopped') return left
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      return { ...DONE, end: 'stopped' }
    },
    sweep: async (attempts) => {
      log.push(`sweep ${attempts.join()}`)
      return []
    },
  }
  const seen: Partial<RunnerDeps> = {
    startMeter: ({ attemptId }) => {
      log.push(`meter ${attemptId}`)
      return { stop: async () => fakeFacts() }
    },
    machine: () => ({ ...PROCESSOR_ONLY, processor: isLent ? PROCESSOR_ONLY.processor : null }),
    taken: takenInMemory(had ? { 'lease-1': had } : {}),
    reportStart: () => log.push('start reported'),
    reportFailure: (_, failure) => failures.push(failure),
    reportProven: async (lease) => {
      log.push('proven')
      jobs.update(lease.leaseId, { state: 'submitted' })
    },
  }
  const runner = createRunner(runnerDeps({ jobs, clock, runtime }, seen))
  jobs.add(fakeLease(), 0)
  jobs.update('lease-1', { state: 'running', startedAt: 1 })
  const during = async (act: () => void = () => undefined) => {
    const stop = new AbortController()
    const running = runner.run(stop.signal)
    await clock.advance(1_000)
    act()
    await clock.advance(2_000)
    stop.abort()
    await clock.advance(1_000)
    await running
  }
  return { runner, jobs, log, failures, during }
}

test('one that runs on is metered on, proven, and not reported as started once more', async () => {
  const { during, log, failures, jobs } = setUp(DONE)
  await during()
  expect(log.toSorted()).toEqual(['meter attempt-1', 'proven', 'sweep '])
  expect(failures).toEqual([])
  expect(jobs.get('lease-1')).toMatchObject({ state: 'submitted', startedAt: '1970-01-01T00:00:00.001Z' })
})

test('one that runs on gives the machine back when its owner wants it', async () => {
  const { during, failures, runner } = setUp('until-stopped')
  await during(() => runner.yieldNow('owner-present'))
  expect(failures).toMatchObject([{ reason: 'owner-present', retry: true }])
})

test('while it runs on, nothing else begins on what it works on', async () => {
  const { during, runner, log, jobs } = setUp('until-stopped')
  await during(() => runner.offer(fakeLease({ leaseId: 'lease-2', attemptId: 'attempt-2' })))
  expect(log).not.toContain('run')
  expect(jobs.get('lease-2')).toMatchObject({ state: 'waiting', code: 'busy', message: 'Another job works on the processor.' })
})

test.each(['nothing', 'engine-away'] as const)('where there is %s to go on with, it is swept and handed back', async (left) => {
  const { during, log, failures } = setUp(left)
  await during()
  expect(log).toEqual(['sweep attempt-1'])
  expect(failures).toMatchObject([{ reason: 'agent.restarted', retry: true }])
})

test('one that breaks after it was taken on is reported once, with its reason', async () => {
  const { during, failures } = setUp('breaks')
  await during()
  expect(failures).toMatchObject([{ reason: 'runtime.unavailable', message: 'Docker was restarted.' }])
})

test.each([
  ['whose device its owner has switched off meanwhile', { isLent: false }],
  ['whose device is gone', { had: ['cpu', 'GPU-1'] }],
  ['of which nobody knows what it works on', { had: null }],
])('one %s does not go on', async (_, scene) => {
  const { during, log, failures } = setUp(DONE, scene)
  await during()
  expect(log).toEqual(['sweep attempt-1'])
  expect(failures).toMatchObject([{ reason: 'agent.restarted' }])
})
