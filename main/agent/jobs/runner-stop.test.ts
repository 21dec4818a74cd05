/** An attempt can be stopped by its owner, by the coordinator and by the end of the process, in every phase. */
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import * as initial from '../migrations/0001-initial.ts'
import type { Failure } from './failure.ts'
import { createJobsStore } from './jobs.store.ts'
import { fakeLease } from './lease.fixture.ts'
import { runnerDeps } from './runner.fixture.ts'
import { createRunner } from './runner.ts'
import { type Runtime, runResult } from './runtime.ts'

const aborted = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
type Phase = 'preparing' | 'running'

/** A sandbox that hangs in one phase until it is told to stop. `deaf` means that preparing does not notice. */
function setUp(hangs: Phase, deaf = false) {
  const clock = createFakeClock()
  const jobs = createJobsStore(openSqlite(':memory:', [initial]))
  const failures: Failure[] = []
  const done: string[] = []
  const runtime: Runtime = {
    name: 'wasm',
    probe: async () => ({ available: true, version: 'fake' }),
    prepare: async (_, __, signal) => {
      if (hangs !== 'preparing') return
      await aborted(signal)
      if (!deaf) signal.throwIfAborted()
    },
    run: async (_, { onStarted }, signal) => {
      done.push('run')
      onStarted({ freeze: async () => true, thaw: async () => true, throttle: async () => true })
      await aborted(signal)
      return runResult({ end: 'stopped', exitCode: 137, output: new Uint8Array(), logTail: '' })
    },
    sweep: async () => [],
  }
  const reports = {
    reportFailure: (_: unknown, failure: Failure) => failures.push(failure),
    reportProven: async () => void done.push('proven'),
  }
  const runner = createRunner(runnerDeps({ jobs, clock, runtime }, reports))
  const during = async (act: (stop: AbortController) => void) => {
    const stop = new AbortController()
    const running = runner.run(stop.signal)
    await clock.advance(1_000)
    expect(jobs.get('lease-1')?.state).toBe(hangs)
    act(stop)
    await clock.advance(1_000)
    const { state, code } = jobs.get('lease-1') ?? {}
    stop.abort()
    await clock.advance(1_000)
    await running
    return { state, code }
  }
  runner.offer(fakeLease())
  return { runner, failures, done, during }
}

const PHASES = [
  ['preparing', false],
  ['preparing', true],
  ['running', false],
] as const

test.each(PHASES)('while %s (deaf: %s), the end of the process hands the job back and says that Windfall was closed', async (phase, deaf) => {
  const { during, failures, done } = setUp(phase, deaf)
  // Whatever the signal carries is not a code of ours.
  expect(await during((stop) => stop.abort('SIGTERM'))).toEqual({ state: 'failed', code: 'agent.stopped' })
  expect(failures).toMatchObject([{ reason: 'agent.stopped', retry: true, message: expect.stringContaining('Windfall was closed') }])
  expect(done).toEqual(phase === 'running' ? ['run'] : [])
})

test.each(PHASES)('while %s (deaf: %s), the owner gets the machine back and the job goes to the queue', async (phase, deaf) => {
  const { during, failures, done, runner } = setUp(phase, deaf)
  expect(await during(() => runner.yieldNow('owner-present'))).toEqual({ state: 'failed', code: 'owner-present' })
  expect(failures).toMatchObject([{ reason: 'owner-present', retry: true, message: expect.stringContaining('machine was needed') }])
  expect(done).toEqual(phase === 'running' ? ['run'] : [])
})

test.each(PHASES)('while %s (deaf: %s), a job that the coordinator asks back ends as for its owner; no other lease does', async (phase, deaf) => {
  for (const [reason, message] of [
    ['carbon', 'The grid is dirtier than usual; the job goes on later from its checkpoint.'],
    ['straggler', 'The job takes much longer here than is usual; it goes on on another machine from its checkpoint.'],
    ['carbon.simulated', 'An operator simulates a grid that is dirtier than usual; the job goes on later from its checkpoint.'],
  ] as const) {
    const { during, failures, runner } = setUp(phase, deaf)
    const asked = during(() => {
      runner.yieldLease('lease-2', reason)
      runner.yieldLease('lease-1', reason)
    })
    expect(await asked).toEqual({ state: 'failed', code: reason })
    expect(failures).toEqual([{ reason, message, exitCode: null, retry: true }])
  }
  const { during, failures, runner } = setUp(phase, deaf)
  expect(await during(() => runner.yieldLease('lease-2', 'carbon'))).toMatchObject({ state: phase })
  expect(failures).toMatchObject([{ reason: 'agent.stopped' }])
})

test.each(PHASES)('while %s (deaf: %s), a job that is taken back stays cancelled or lost, and nothing is reported of it', async (phase, deaf) => {
  for (const [reason, state] of [
    ['cancelled', 'cancelled'],
    ['lost', 'lost'],
    ['expired', 'cancelled'],
  ] as const) {
    const { during, failures, done, runner } = setUp(phase, deaf)
    expect(await during(() => runner.cancel('lease-1', reason))).toEqual({ state, code: reason })
    expect(failures).toEqual([])
    expect(done).not.toContain('proven')
  }
})
