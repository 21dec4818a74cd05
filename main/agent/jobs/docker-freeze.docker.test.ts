import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AGENT_LABEL, attemptName } from './container-spec.ts'
import { LIMITS, NEVER, engine, engineGet, newHome, prepareImage, removeImages, runtimeOf } from './docker.fixture.ts'
import { shellImage } from './image.fixture.ts'
import type { RunResult, RunningJob } from './runtime.ts'

const AGENT = `test-freeze-${process.pid}`
const runtime = runtimeOf(AGENT)
let image = ''
let attempts = 0

beforeAll(async () => {
  const built = await shellImage()
  image = built.image
  await prepareImage(built, runtime)
})
afterAll(async () => {
  expect(await engine.list(`${AGENT_LABEL}=${AGENT}`, NEVER)).toEqual([])
  await removeImages()
})

/** Starts a script and hands out the means to freeze it, once it runs. */
async function start(script: string, { signal = NEVER, wallSeconds = 60 } = {}) {
  const attemptId = `freeze-${process.pid}-${++attempts}`
  const lines: string[] = []
  let running: Promise<RunResult> | null = null
  const job = await new Promise<RunningJob>((onStarted, failed) => {
    const request = { attemptId, jobId: 'j', leaseId: 'l', image, args: [script], env: {}, limits: { ...LIMITS, wallSeconds }, gpuUuids: [] }
    running = runtime.run(request, { onStarted, onLog: (line) => lines.push(line) }, signal)
    running.catch(failed)
  })
  return { attemptId, job, lines, result: running as unknown as Promise<RunResult> }
}

const COUNT = 'i=0; while true; do i=$((i+1)); echo $i; sleep 0.05; done'
const stateOf = async (attemptId: string) => ((await engineGet(`/containers/${attemptName(attemptId)}/json`)) as { State: { Status: string } }).State.Status

test('a frozen container does nothing, at once, and goes on where it stood', async () => {
  const stop = new AbortController()
  const { job, lines, attemptId, result } = await start(COUNT, { signal: stop.signal })
  while (lines.length < 5) await delay(20)
  expect(await job.freeze()).toBe(true)
  expect(await stateOf(attemptId)).toBe('paused')
  // What was on its way when it froze still arrives.
  await delay(300)
  const before = lines.length
  await delay(700)
  expect(lines.length).toBe(before)
  expect(await job.thaw()).toBe(true)
  while (lines.length < before + 5) await delay(20)
  expect(lines.map(Number)).toEqual(lines.map((_, index) => index + 1))
  stop.abort()
  expect((await result).end).toBe('stopped')
})

test('the time limit stands still while the job does', async () => {
  const { job, result } = await start('sleep 1; printf done > /job/out/result', { wallSeconds: 2 })
  expect(await job.freeze()).toBe(true)
  await delay(3_000)
  expect(await job.thaw()).toBe(true)
  expect(await result).toMatchObject({ end: 'exited', exitCode: 0 })
  const late = await start('sleep 60', { wallSeconds: 1 })
  expect(await late.job.freeze()).toBe(true)
  await delay(1_500)
  expect(await late.job.thaw()).toBe(true)
  expect(await late.result).toMatchObject({ end: 'timeout' })
})

test('a frozen container is ended at once, without the grace that it could not hear', async () => {
  const stop = new AbortController()
  const { job, result } = await start(`trap '' TERM; ${COUNT}`, { signal: stop.signal })
  expect(await job.freeze()).toBe(true)
  const asked = performance.now()
  stop.abort('device-off')
  expect((await result).end).toBe('stopped')
  expect(performance.now() - asked).toBeLessThan(2_000)
})

test('freezing what has just ended is no failure', async () => {
  const { job, result } = await start('printf done > /job/out/result')
  while ((await stateOf(`freeze-${process.pid}-${attempts}`).catch(() => 'gone')) === 'running') await delay(10)
  await Promise.all([job.freeze(), result])
  expect((await result).end).toBe('exited')
})

test('a container that was frozen when its agent was killed is swept', async () => {
  const attemptId = `freeze-crash-${process.pid}`
  const file = fileURLToPath(new URL('./docker-crash.fixture.ts', import.meta.url))
  const home = newHome()
  const agent = spawn(process.execPath, [file, AGENT, attemptId, image, home], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(agent.stdout, 'data')
  await engine.freeze(attemptName(attemptId))
  agent.kill('SIGKILL')
  await once(agent, 'close')
  expect(await stateOf(attemptId)).toBe('paused')
  expect(await runtimeOf(AGENT, { home }).sweep([attemptId], NEVER)).toEqual([attemptId])
})
