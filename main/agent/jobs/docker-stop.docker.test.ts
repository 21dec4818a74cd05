import { expect, test } from 'vitest'
import { systemClock } from '../../kernel/clock.ts'
import { SAVING_CPUS } from './container-end.ts'
import { GRACE_MS, attemptName } from './container-spec.ts'
import { testAgent } from './docker-agent.fixture.ts'
import { LIMITS, engineGet, newHome } from './docker.fixture.ts'
import type { RunRequest, RunResult, RunningJob, Runtime } from './runtime.ts'

const agent = testAgent('stop')

/** No machine is so slow that a job that ends itself would not have ended by then. */
const LONG = { graceMs: () => 30_000 }
const SAVES = { checkpoints: true }
/** Says so when it is asked to end. */
const POLITE = 'trap "echo bye; exit 0" TERM; echo ready; while true; do sleep 0.05; done'
const DEAF = 'trap "" TERM; echo ready; while true; do :; done'

/** Runs a script until it says `ready`; `stop` ends it, and tells how long that took until nothing of it was left. */
async function started(runtime: Runtime, script: string, change: Partial<RunRequest> = {}) {
  const request = agent.request(script, change)
  const lines: string[] = []
  const stopping = new AbortController()
  const ready = Promise.withResolvers<void>()
  let job: RunningJob | null = null
  const onLog = (line: string) => {
    lines.push(line)
    if (line === 'ready') ready.resolve()
  }
  const result = runtime.run(request, { onStarted: (running) => (job = running), onLog }, stopping.signal)
  await Promise.race([ready.promise, result])
  const stop = async (reason = 'owner-present'): Promise<{ readonly ms: number; readonly result: RunResult }> => {
    const asked = performance.now()
    stopping.abort(reason)
    return { result: await result, ms: performance.now() - asked }
  }
  return { attemptId: request.attemptId, job: job as unknown as RunningJob, lines, stop, result }
}

test('a job learns how long it has and where to save, and the time it has is the owner’s to say', async () => {
  const script = 'echo $WINDFALL_GRACE_MS $WINDFALL_CKPT $WINDFALL_CKPT_EVERY_S; echo ready; sleep 60'
  for (const grace of [GRACE_MS, 400, 0]) {
    const { lines, stop } = await started(agent.runtime({ graceMs: () => grace }), script, SAVES)
    expect(lines[0]).toBe(`${grace} /job/ckpt 60`)
    await stop()
  }
  const { lines, stop } = await started(agent.runtime(), script)
  expect(lines[0]).toBe('0 /job/ckpt 60')
  await stop()
})

test('a job that hears SIGTERM ends itself, well within its grace', async () => {
  const { lines, stop } = await started(agent.runtime(LONG), POLITE, SAVES)
  const { result, ms } = await stop()
  expect(result.end).toBe('stopped')
  expect(lines.at(-1)).toBe('bye')
  expect(ms).toBeLessThan(LONG.graceMs())
})

test('a job that is deaf is killed when its grace is over, and no job of its image is waited for again, also after a restart', async () => {
  const home = newHome()
  const { stop } = await started(agent.runtime({ home }), DEAF, SAVES)
  const { result, ms } = await stop()
  expect(result.end).toBe('stopped')
  expect(ms).toBeGreaterThanOrEqual(GRACE_MS)
  const again = await started(agent.runtime({ home, ...LONG }), POLITE, SAVES)
  await again.stop()
  expect(again.lines).toEqual(['ready'])
})

test.each<[string, { readonly grace?: number; readonly change?: Partial<RunRequest>; readonly reason?: string }]>([
  ['the owner grants no grace', { grace: 0, change: SAVES }],
  ['the job saves nothing', {}],
  ['what it saves would be thrown away, because it is cancelled', { change: SAVES, reason: 'cancelled' }],
])('where %s, a job is killed at once and not asked', async (_what, { grace = LONG.graceMs(), change = {}, reason }) => {
  const { lines, stop } = await started(agent.runtime({ graceMs: () => grace }), POLITE, change)
  const { ms } = await stop(reason)
  expect(lines).toEqual(['ready'])
  expect(ms).toBeLessThan(LONG.graceMs())
})

test('a frozen job is killed as it is, without being let go on', async () => {
  const { job, lines, stop } = await started(agent.runtime(LONG), POLITE, SAVES)
  expect(await job.freeze()).toBe(true)
  const { ms } = await stop()
  expect(lines).toEqual(['ready'])
  expect(ms).toBeLessThan(LONG.graceMs())
})

interface CpuStats {
  readonly cpu_usage: { readonly total_usage: number }
  readonly throttling_data: { readonly periods: number }
}

/** What the kernel says the container has used: nanoseconds of processor time, and periods in which its quota counted; `null` once it has ended. */
async function processorTime(attemptId: string) {
  // In the middle of its end the engine says nothing at all.
  const answer = await engineGet(`/containers/${attemptName(attemptId)}/stats?stream=false&one-shot=true`).catch(() => ({}))
  const stats = (answer as { readonly cpu_stats?: CpuStats }).cpu_stats
  return stats && stats.cpu_usage.total_usage > 0 ? { ns: stats.cpu_usage.total_usage, periods: stats.throttling_data.periods } : null
}

const quota = async (attemptId: string) =>
  ((await engineGet(`/containers/${attemptName(attemptId)}/json`)) as { HostConfig: { NanoCpus: number } }).HostConfig.NanoCpus

/** Of the engine's default. */
const PERIOD_NS = 100_000_000

test('a deaf job has next to no processor left while its grace runs, and nobody gives it back', async () => {
  const over = Promise.withResolvers<boolean>()
  const graceMs = 77_777
  const clock = { ...systemClock, sleep: (ms: number, signal: AbortSignal) => (ms === graceMs ? over.promise : systemClock.sleep(ms, signal)) }
  const script = 'trap "" TERM; for i in 1 2 3 4; do while true; do :; done & done; echo ready; wait; while true; do :; done'
  const { attemptId, job, stop } = await started(agent.runtime({ clock, graceMs: () => graceMs }), script, { ...SAVES, limits: { ...LIMITS, cpus: 2 } })
  const stopped = stop()
  while ((await quota(attemptId)) !== SAVING_CPUS * 1e9) continue
  expect(await job.throttle(1)).toBe(true)
  expect(await quota(attemptId)).toBe(SAVING_CPUS * 1e9)
  const before = await processorTime(attemptId)
  let after = before
  const enough = (before?.periods ?? 0) + 10
  while (after && after.periods < enough) after = await processorTime(attemptId)
  over.resolve(true)
  expect((await stopped).result.end).toBe('stopped')
  if (!before || !after) throw new Error('the container ended in its grace')
  // A processor may keep a slice that it was dealt before; the period under way counts as a whole.
  expect(after.ns - before.ns).toBeLessThan((after.periods - before.periods + 2) * PERIOD_NS * SAVING_CPUS + 50_000_000)
})

test('a job that saves nothing uses hardly any processor time after it was told to stop', async () => {
  const { attemptId, stop } = await started(agent.runtime(LONG), DEAF)
  const before = (await processorTime(attemptId))?.ns ?? Number.NaN
  const stopped = stop()
  let last = before
  for (let now = await processorTime(attemptId); now; now = await processorTime(attemptId)) last = now.ns
  expect((await stopped).result.end).toBe('stopped')
  // With its grace it would have used 1.5 s.
  expect((last - before) / 1e6).toBeLessThan(GRACE_MS / 2)
})

test('a job is left a share of the processor while its owner types, also while frozen, and gets it back', async () => {
  const { attemptId, job, stop } = await started(agent.runtime(), 'echo ready; while true; do :; done', { limits: { ...LIMITS, cpus: 0.8 } })
  expect(await quota(attemptId)).toBe(800_000_000)
  expect(await job.throttle(0.25)).toBe(true)
  expect(await quota(attemptId)).toBe(200_000_000)
  expect(await job.throttle(0.000_001)).toBe(true)
  expect(await quota(attemptId)).toBe(10_000_000)
  await job.freeze()
  expect(await job.throttle(0.5)).toBe(true)
  await job.thaw()
  expect(await job.throttle(1)).toBe(true)
  expect(await quota(attemptId)).toBe(800_000_000)
  await stop()
})
