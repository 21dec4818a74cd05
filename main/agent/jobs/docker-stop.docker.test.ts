import { afterAll, beforeAll, expect, test } from 'vitest'
import { AGENT_LABEL, GRACE_MS, attemptName } from './container-spec.ts'
import { LIMITS, NEVER, engine, engineGet, prepareImage, removeImages, runtimeOf } from './docker.fixture.ts'
import { shellImage } from './image.fixture.ts'
import type { RunResult, RunningJob, Runtime } from './runtime.ts'

const AGENT = `test-stop-${process.pid}`
let image = ''
let attempts = 0

beforeAll(async () => {
  // An image of its own: another run on the same engine takes its image away when it ends.
  const built = await shellImage({ Labels: { run: AGENT } })
  image = built.image
  await prepareImage(built, runtimeOf(AGENT))
})
afterAll(async () => {
  expect(await engine.list(`${AGENT_LABEL}=${AGENT}`, NEVER)).toEqual([])
  await removeImages()
})

/** No machine is so slow that a job that ends itself would not have ended by then. */
const LONG = { graceMs: () => 30_000 }

/** Runs a script until it says `ready`; `stop` ends it, and tells how long that took until nothing of it was left. */
async function started(runtime: Runtime, script: string, cpus = 1) {
  const attemptId = `stop-${process.pid}-${++attempts}`
  const lines: string[] = []
  const stopping = new AbortController()
  const ready = Promise.withResolvers<void>()
  let job: RunningJob | null = null
  const request = { attemptId, jobId: attemptId, leaseId: 'l', image, args: [script], env: {}, limits: { ...LIMITS, cpus }, gpuUuids: [] }
  const onLog = (line: string) => {
    lines.push(line)
    if (line === 'ready') ready.resolve()
  }
  const result = runtime.run(request, { onStarted: (running) => (job = running), onLog }, stopping.signal)
  await Promise.race([ready.promise, result])
  const stop = async (): Promise<{ readonly ms: number; readonly result: RunResult }> => {
    const asked = performance.now()
    stopping.abort('owner-present')
    return { result: await result, ms: performance.now() - asked }
  }
  return { attemptId, job: job as unknown as RunningJob, lines, stop, result }
}

test('a job learns how long it has and where to save, and the time it has is the owner’s to say', async () => {
  const script = 'echo $WINDFALL_GRACE_MS $WINDFALL_CKPT $WINDFALL_CKPT_EVERY_S; echo ready; sleep 60'
  for (const grace of [GRACE_MS, 400, 0]) {
    const { lines, stop } = await started(runtimeOf(AGENT, { graceMs: () => grace }), script)
    expect(lines[0]).toBe(`${grace} /job/ckpt 60`)
    await stop()
  }
})

test('a job that hears SIGTERM ends itself, well within its grace', async () => {
  const { lines, stop } = await started(runtimeOf(AGENT, LONG), 'trap "echo bye; exit 0" TERM; echo ready; while true; do sleep 0.05; done')
  const { result, ms } = await stop()
  expect(result.end).toBe('stopped')
  expect(lines.at(-1)).toBe('bye')
  expect(ms).toBeLessThan(LONG.graceMs())
})

test('a job that is deaf is killed when its grace is over', async () => {
  const { stop } = await started(runtimeOf(AGENT), 'trap "" TERM; echo ready; while true; do sleep 0.05; done')
  const { result, ms } = await stop()
  expect(result.end).toBe('stopped')
  expect(ms).toBeGreaterThanOrEqual(GRACE_MS)
})

test('where the owner grants no grace, a job is killed at once and not asked', async () => {
  const { lines, stop } = await started(runtimeOf(AGENT, { graceMs: () => 0 }), 'trap "echo bye" TERM; echo ready; while true; do sleep 0.05; done')
  await stop()
  expect(lines).toEqual(['ready'])
})

test('a frozen job is killed as it is, without being let go on', async () => {
  const { job, lines, stop } = await started(runtimeOf(AGENT, LONG), 'trap "echo bye; exit 0" TERM; echo ready; while true; do sleep 0.05; done')
  expect(await job.freeze()).toBe(true)
  const { ms } = await stop()
  expect(lines).toEqual(['ready'])
  expect(ms).toBeLessThan(LONG.graceMs())
})

const quota = async (attemptId: string) =>
  ((await engineGet(`/containers/${attemptName(attemptId)}/json`)) as { HostConfig: { NanoCpus: number } }).HostConfig.NanoCpus

test('a job is left a share of the processor while its owner types, also while frozen, and gets it back', async () => {
  const { attemptId, job, stop } = await started(runtimeOf(AGENT), 'echo ready; while true; do :; done', 0.8)
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
  expect(await job.throttle(1)).toBe(false)
})
