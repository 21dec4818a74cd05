/** The real sandbox process: frozen, let go on, and never left behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type RunResult, type RunningJob, digestOf } from './runtime.ts'
import { createWasmRuntime } from './wasm.ts'

const NEVER = new AbortController().signal
/** `(module (memory (export "memory") 1) (func (export "_start") (loop $forever (br $forever))))` */
const ENDLESS = Buffer.from('0061736d0100000001040160000003020100070a01065f737461727400000a0901070003400c000b0b', 'hex')

const childrenOf = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
/** Kernel clock ticks of computing so far, and the one-letter state. */
function standing(pid: number): { readonly state: string; readonly ticks: number } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return { state: fields[0] ?? '', ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return null
  }
}

/** A signal stops each thread when that one is next about to run. */
const stopped = (pid: number) => expect.poll(() => readdirSync(`/proc/${pid}/task`).every((thread) => standing(Number(thread))?.state === 'T')).toBe(true)

async function start({ signal = NEVER, wallSeconds = 60, clock = systemClock } = {}) {
  const runtime = createWasmRuntime({ clock })
  const image = digestOf(ENDLESS)
  await runtime.prepare({ runtime: { name: 'wasm', image, archive: image }, fetchArchive: async () => ENDLESS }, () => undefined, NEVER)
  const before = new Set(childrenOf(process.pid))
  let running: Promise<RunResult> | null = null
  const job = await new Promise<RunningJob>((onStarted, failed) => {
    const limits = { wallSeconds, memoryBytes: 1_048_576, outputBytes: 1, cpus: 1 }
    running = runtime.run(
      { attemptId: 'a', jobId: 'j', leaseId: 'l', image, args: [], env: {}, limits, gpuUuids: [] },
      { onStarted, onLog: () => undefined },
      signal,
    )
    running.then(({ end }) => failed(new Error(`it ended before it began: ${end}`)), failed)
  })
  const pid = childrenOf(process.pid).find((child) => !before.has(child)) ?? 0
  return { job, pid, result: running as unknown as Promise<RunResult> }
}

test.runIf(process.platform === 'linux')('a frozen module computes nothing, goes on when it may, and ends at once when it must', async () => {
  const stop = new AbortController()
  const { job, pid, result } = await start({ signal: stop.signal })
  expect(await job.freeze()).toBe(true)
  await stopped(pid)
  const frozen = standing(pid)
  await delay(400)
  expect(standing(pid)).toEqual(frozen)
  expect(await job.thaw()).toBe(true)
  while ((standing(pid)?.ticks ?? Infinity) <= (frozen?.ticks ?? 0) + 5) await delay(20)
  expect(await job.freeze()).toBe(true)
  stop.abort()
  expect((await result).end).toBe('stopped')
  expect(standing(pid)).toBeNull()
})

test.runIf(process.platform === 'linux')('the time limit stands still while the module does', async () => {
  const clock = createFakeClock()
  const { job, result } = await start({ wallSeconds: 6, clock })
  let end: string | null = null
  void result.then((ended) => (end = ended.end))
  expect(await job.freeze()).toBe(true)
  await clock.advance(60_000)
  expect(await job.thaw()).toBe(true)
  await clock.advance(5_000)
  expect(end).toBeNull()
  await clock.advance(1_000)
  expect((await result).end).toBe('timeout')
})

test.runIf(process.platform === 'linux')('a frozen module does not outlive an agent that is killed', async () => {
  const file = fileURLToPath(new URL('./wasm-crash.fixture.ts', import.meta.url))
  const agent = spawn(process.execPath, [file, 'freeze'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [text] = (await once(agent.stdout, 'data')) as [Buffer]
  const pid = Number(text.toString().trim())
  await stopped(pid)
  agent.kill('SIGKILL')
  await expect.poll(() => standing(pid)).toBeNull()
})
