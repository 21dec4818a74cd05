import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Lease } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { openSqlite } from '../../kernel/sqlite.ts'
import type { AttemptFacts, MeteredRun } from '../attempt.ts'
import * as initial from '../migrations/0001-initial.ts'
import type { RunnerDeps } from './attempts.ts'
import type { Failure } from './failure.ts'
import { createJobsStore } from './jobs.store.ts'
import { fakeLease } from './lease.fixture.ts'
import type { Machine, Objection } from './may-start.ts'
import { PROCESSOR_ONLY, aGpu } from './machine.fixture.ts'
import { runnerDeps } from './runner.fixture.ts'
import { createRunner } from './runner.ts'
import type { PrepareProgress, RunRequest, RunResult, Runtime } from './runtime.ts'

const OUTPUT = new TextEncoder().encode('done')
const EXITED: RunResult = { end: 'exited', exitCode: 0, output: OUTPUT, outputSha256: 'cd'.repeat(32), logTail: '' }
const METERED = { measurement: { boardJ: 12 }, startedAt: '', endedAt: '', durationMs: 1, sleepMs: 0 } as unknown as MeteredRun

/** Nothing can be written about this one. */
function write({ leaseId }: Lease): void {
  if (leaseId === 'breaks') throw new Error('the disk is full')
}

interface Setup {
  readonly result?: RunResult | Error | 'until-stopped'
  readonly owner?: () => Objection | null
  readonly file?: string
  readonly downloads?: readonly PrepareProgress[]
  readonly machine?: Machine
}

function setUp({ result = EXITED, owner = () => null, file = ':memory:', downloads = [], machine = PROCESSOR_ONLY }: Setup = {}) {
  const clock = createFakeClock()
  const jobs = createJobsStore(openSqlite(file, [initial]))
  const reported: { starts: string[]; failures: Failure[]; results: AttemptFacts[] } = { starts: [], failures: [], results: [] }
  const ran: RunRequest[] = []
  const swept: string[] = []
  const said: (string | null)[] = []
  const runtime: Runtime = {
    name: 'wasm',
    probe: async () => ({ available: true, version: 'fake' }),
    prepare: async (_request, onProgress) => {
      for (const progress of downloads) {
        onProgress(progress)
        said.push(jobs.get('lease-1')?.message ?? null)
      }
    },
    sweep: async (attempts) => {
      swept.push(...attempts)
      return []
    },
    run: async (request, hooks, signal) => {
      ran.push(request)
      if (result instanceof Error) throw result
      hooks.onStarted({ freeze: async () => true, thaw: async () => true, throttle: async () => true })
      if (result !== 'until-stopped') return result
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      return { ...EXITED, end: 'stopped', exitCode: 137 }
    },
  }
  const seen: Partial<RunnerDeps> = {
    startMeter: () => ({ stop: async () => METERED }),
    machine: () => machine,
    objections: () => ({ owner: owner(), grid: null }),
    reportStart: (lease) => {
      write(lease)
      reported.starts.push(lease.leaseId)
    },
    reportFailure: (lease, failure) => {
      write(lease)
      reported.failures.push(failure)
    },
    reportProven: async (lease, facts) => {
      reported.results.push(facts)
      jobs.update(lease.leaseId, { state: 'submitted' })
    },
  }
  const runner = createRunner(runnerDeps({ jobs, clock, runtime }, seen))
  return { clock, jobs, runner, reported, ran, swept, said }
}

async function during(setup: ReturnType<typeof setUp>, act: () => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const running = setup.runner.run(stop.signal)
  await setup.clock.advance(0)
  await act()
  stop.abort()
  await setup.clock.advance(1_000)
  await running
}

test('a lease runs once and its result is reported with what the meter saw', async () => {
  const setup = setUp()
  setup.runner.offer(fakeLease())
  setup.runner.offer(fakeLease())
  await during(setup, () => setup.clock.advance(2_000))
  expect(setup.ran).toHaveLength(1)
  expect(setup.reported.starts).toEqual(['lease-1'])
  expect(setup.reported.results).toMatchObject([{ exitCode: 0, measurement: { boardJ: 12 } }])
  expect(setup.jobs.get('lease-1')).toMatchObject({ state: 'submitted' })
})

test('a lease waits while the owner is present and says so, then runs', async () => {
  let present = true
  const setup = setUp({ owner: () => (present ? { code: 'owner-present', message: 'You are using this computer.' } : null) })
  setup.runner.offer(fakeLease())
  await during(setup, async () => {
    await setup.clock.advance(5_000)
    expect(setup.jobs.get('lease-1')).toMatchObject({ state: 'waiting', code: 'owner-present', message: 'You are using this computer.' })
    expect(setup.ran).toHaveLength(0)
    present = false
    await setup.clock.advance(1_000)
  })
  expect(setup.reported.results).toHaveLength(1)
})

test('a job that exits with an error is reported as failed, with its last words, and is not tried again', async () => {
  const setup = setUp({ result: { ...EXITED, exitCode: 3, logTail: 'starting\ncannot open model' } })
  setup.runner.offer(fakeLease())
  await during(setup, () => setup.clock.advance(1_000))
  expect(setup.reported.failures).toEqual([
    { reason: 'job.exit-code', message: 'The job ended with exit code 3: cannot open model', exitCode: 3, retry: false },
  ])
  expect(setup.jobs.get('lease-1')).toMatchObject({ state: 'failed', code: 'job.exit-code' })
})

test.each([
  ['timeout', 'job.timeout'],
  ['memory', 'job.memory'],
  ['output-missing', 'job.output-missing'],
  ['output-too-large', 'job.output-too-large'],
] as const)('a job that ends by %s fails with its own code', async (end, reason) => {
  const setup = setUp({ result: { ...EXITED, end, exitCode: 137 } })
  setup.runner.offer(fakeLease())
  await during(setup, () => setup.clock.advance(1_000))
  expect(setup.reported.failures).toMatchObject([{ reason, retry: false }])
})

test('a sandbox that cannot start hands the job back with the reason', async () => {
  const setup = setUp({ result: new WindfallError('runtime.unavailable', 'The container engine does not answer.') })
  setup.runner.offer(fakeLease())
  await during(setup, () => setup.clock.advance(1_000))
  expect(setup.reported.failures).toMatchObject([{ reason: 'runtime.unavailable', retry: true, message: 'The container engine does not answer.' }])
  expect(setup.reported.starts).toEqual([])
  expect(setup.jobs.get('lease-1')).toMatchObject({ state: 'failed', startedAt: null })
})

test('while an image arrives, the owner sees how far it is', async () => {
  const downloads = [0, 39, 40, 100].map((receivedBytes) => ({ receivedBytes, totalBytes: 100 }))
  const setup = setUp({ downloads: [{ receivedBytes: 0, totalBytes: null }, ...downloads] })
  setup.runner.offer(fakeLease())
  await during(setup, () => setup.clock.advance(1_000))
  expect(setup.said).toEqual([null, ...['0', '30', '40', '100'].map((done) => `Fetches what the job runs: ${done}%.`)])
  expect(setup.jobs.get('lease-1')).toMatchObject({ state: 'submitted', message: null })
})

test('when the owner comes back the job stops and goes back to the queue, not counted as its fault', async () => {
  const setup = setUp({ result: 'until-stopped' })
  setup.runner.offer(fakeLease())
  await during(setup, async () => {
    await setup.clock.advance(1_000)
    setup.runner.yieldNow('owner-present')
    await setup.clock.advance(0)
  })
  expect(setup.reported.failures).toMatchObject([{ reason: 'owner-present', retry: true }])
})

test('a cancelled job stops and nothing is reported about it', async () => {
  const setup = setUp({ result: 'until-stopped' })
  setup.runner.offer(fakeLease())
  await during(setup, async () => {
    await setup.clock.advance(1_000)
    setup.runner.cancel('lease-1', 'cancelled')
    await setup.clock.advance(0)
  })
  expect(setup.reported).toMatchObject({ failures: [], results: [] })
  expect(setup.jobs.get('lease-1')).toMatchObject({ state: 'cancelled' })
})

const leaseNamed = (id: string): Lease => fakeLease({ leaseId: id, jobId: id, attemptId: id })

test('after a crash the attempt under way goes back, a waiting lease goes on, a submitted one is left alone', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'windfall-runner-')), 'agent.sqlite')
  const before = setUp({ file })
  for (const id of ['running', 'waiting', 'submitted'] as const) {
    before.runner.offer(leaseNamed(id))
    before.jobs.update(id, { state: id })
  }
  const after = setUp({ file })
  await during(after, () => after.clock.advance(1_500))
  expect(after.swept).toEqual(['running'])
  expect(after.reported.failures).toMatchObject([{ reason: 'agent.restarted', retry: true }])
  expect(after.ran.map((request) => request.leaseId)).toEqual(['waiting'])
  expect(after.jobs.get('submitted')).toMatchObject({ state: 'submitted' })
})

test('what breaks the agent itself ends every attempt and is not kept quiet', async () => {
  const setup = setUp({ result: 'until-stopped', machine: { ...PROCESSOR_ONLY, gpus: [aGpu('gpu')] } })
  const lease = leaseNamed('on-gpu')
  setup.runner.offer({ ...lease, spec: { ...lease.spec, needs: { ...lease.spec.needs, gpus: 1 } } })
  const running = setup.runner.run(new AbortController().signal)
  const broken = expect(running).rejects.toThrow('the disk is full')
  await setup.clock.advance(1_000)
  setup.runner.offer(leaseNamed('breaks'))
  await setup.clock.advance(1_000)
  await broken
  expect(setup.jobs.get('on-gpu')).toMatchObject({ state: 'failed', code: 'agent.stopped' })
})
