import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { constants, setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { WindfallError } from '../../../shared/errors.ts'
import { aborted } from '../../kernel/lifecycle.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Allowance, createAllowance, freezable } from './allowance.ts'
import { LIVE_LOG_BYTES, type LogSink, createLogSink, safeLine } from './log-lines.ts'
import { createProcessFreezer } from './process-freezer.ts'
import { type RunHooks, type RunRequest, type RunResult, type RunningJob, runResult } from './runtime.ts'
import type { SandboxProgram } from './sandbox-program.ts'
import { type Frame, type WasmEnd, createFrameReader, encodeRequest } from './wasm-frames.ts'

const PAGE_BYTES = 65_536
const MAX_PAGES = 65_536
const CODE_MEGABYTES = 256
const STDERR_CHARACTERS = 2_000
const KILLED = 137
const CHILD_SOURCES = ['wasi-host.ts', 'wasi-limits.ts', 'wasm-frames.ts']

export interface WasmRun {
  readonly clock: Clock
  readonly program: SandboxProgram
  readonly request: RunRequest
  readonly module: Uint8Array
  readonly hooks: RunHooks
  /** `low`: whatever else this machine does goes first. */
  readonly priority: 'low' | 'normal'
}

/** What the child sent; hostile, in case the module broke out of V8. */
const End = z.strictObject({
  end: z.enum(['exited', 'memory', 'output-missing', 'output-too-large']),
  exitCode: z.number().int(),
  message: z.string().max(600).nullable(),
}) satisfies z.ZodType<WasmEnd>

/** Runs one module in a fresh process and leaves none behind. Errors: `runtime.unavailable`, `runtime.failed` if the sandbox itself fails. */
export async function runWasmProcess(run: WasmRun, signal: AbortSignal): Promise<RunResult> {
  const log = createLogSink(run.hooks.onLog, run.clock)
  const done = new AbortController()
  const child = startChild(run)
  using freezer = createProcessFreezer(child)
  const allowance = createAllowance(run.clock, run.request.limits.wallSeconds * 1_000)
  const closed = once(child, 'close').catch((error: unknown) => {
    throw new WindfallError('runtime.failed', 'The WebAssembly sandbox does not start. Reinstall Windfall.', { cause: error })
  })
  try {
    const received = receive(child, { ...run, log, job: freezable(freezer, allowance) })
    const { module, request } = run
    child.stdin?.on('error', () => undefined).write(encodeRequest(childRequest(request), { module, inputs: request.inputs ?? [] }))
    const cut = await Promise.race([closed.then(() => null), received.broken, firstCut(allowance, done.signal, signal)])
    return cut === null ? conclude(child, received, log) : runResult({ end: cut, exitCode: KILLED, output: new Uint8Array(), logTail: log.finish() })
  } finally {
    done.abort()
    child.kill('SIGKILL')
    await closed.catch(() => undefined)
  }
}

const never = new Promise<never>(() => undefined)

function firstCut(allowance: Allowance, done: AbortSignal, stop: AbortSignal): Promise<'timeout' | 'stopped'> {
  const timeout = allowance.used(done).then((passed) => (passed ? ('timeout' as const) : never))
  return Promise.race([timeout, aborted(stop).then(() => 'stopped' as const)])
}

/**
 * Node with nothing allowed but to read its own few files: no other file, no child process, no native addon, no environment.
 * The network is not covered by the permission model; a module has no import that reaches it.
 */
function startChild({ program: { node, childFile }, priority }: Pick<WasmRun, 'program' | 'priority'>): ChildProcess {
  const file = childFile ?? join(import.meta.dirname, 'wasm-child.ts')
  const readable = childFile
    ? [childFile]
    : [
        file,
        ...CHILD_SOURCES.map((name) => join(import.meta.dirname, name)),
        join(dirname(createRequire(import.meta.url).resolve('@bjorn3/browser_wasi_shim')), '..'),
      ]
  const flags = [
    '--permission',
    '--allow-worker',
    '--no-warnings',
    `--wasm-max-committed-code-mb=${CODE_MEGABYTES}`,
    ...readable.map((path) => `--allow-fs-read=${path}`),
  ]
  const child = spawn(node, [...flags, file], {
    env: {},
    cwd: dirname(node),
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  if (priority === 'low' && child.pid !== undefined) lowerPriority(child.pid)
  return child
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // A process that is gone already, or a policy that forbids it; the job then runs like any other process.
  }
}

/** The same job draws the same random numbers on every node and in every attempt, so results can be compared. */
function childRequest({ image, args, env, limits }: RunRequest) {
  const seed = createHash('sha256')
    .update(JSON.stringify([image, args, env]))
    .digest('hex')
  const memoryPages = Math.min(MAX_PAGES, Math.floor(limits.memoryBytes / PAGE_BYTES))
  return { args, env, seed, memoryPages, outputBytes: limits.outputBytes, logBytes: LIVE_LOG_BYTES }
}

interface Received {
  readonly output: () => Uint8Array
  readonly end: () => WasmEnd | null
  readonly stderr: () => string
  /** Rejects if the child sends what it never should. */
  readonly broken: Promise<never>
}

function receive(child: ChildProcess, { request, hooks, log, job }: WasmRun & { readonly log: LogSink; readonly job: RunningJob }): Received {
  let output = new Uint8Array()
  let end: WasmEnd | null = null
  let stderr = ''
  let started = false
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => undefined)
  const onFrame = ({ kind, payload }: Frame) => {
    if (kind === 'started' && !started) hooks.onStarted(job)
    started ||= kind === 'started'
    if (kind === 'log') {
      log.push(payload)
      hooks.onOutput?.(payload)
    }
    if (kind === 'output' && payload.length > request.limits.outputBytes) throw new RangeError('the output is larger than the job may leave')
    if (kind === 'output') output = Uint8Array.from(payload)
    if (kind === 'end') end = End.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
  }
  const read = createFrameReader(Math.max(request.limits.outputBytes, LIVE_LOG_BYTES), onFrame)
  const frames = child.stdio[3] as Readable
  frames.on('data', (chunk: Buffer) => {
    try {
      read(chunk)
    } catch (error) {
      frames.destroy()
      broken.reject(new WindfallError('runtime.failed', 'The WebAssembly sandbox was broken by the job and has been ended.', { cause: error }))
    }
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString('utf8')}`.slice(0, STDERR_CHARACTERS)
  })
  return { output: () => output, end: () => end, stderr: () => stderr, broken: broken.promise }
}

/** What Node complains of; above it stands the line of its own source at which it gave up. */
const complaintOf = (stderr: string): string => /^\w*Error\b.*$/m.exec(stderr)?.[0] ?? stderr.split('\n')[0] ?? ''

function conclude(child: ChildProcess, received: Received, log: LogSink): RunResult {
  const end = received.end()
  if (end) {
    if (end.message !== null) log.push(Buffer.from(`\n${end.message}\n`))
    return runResult({
      end: end.end,
      exitCode: end.exitCode,
      output: end.end === 'exited' && end.exitCode === 0 ? received.output() : new Uint8Array(),
      logTail: log.finish(),
    })
  }
  // V8 ends its process by a signal when the heap is full, and so does the kernel when the machine's memory is.
  if (child.signalCode !== null || /out of memory/i.test(received.stderr()))
    return runResult({ end: 'memory', exitCode: KILLED, output: new Uint8Array(), logTail: log.finish() })
  throw new WindfallError(
    'runtime.failed',
    `The WebAssembly sandbox ended without an answer (exit code ${child.exitCode}): ${safeLine(complaintOf(received.stderr()))}`,
  )
}
