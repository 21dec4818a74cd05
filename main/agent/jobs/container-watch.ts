import { posix } from 'node:path'
import type { JobLimits } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { aborted } from '../../kernel/lifecycle.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { ContainerEngine } from './container-engine.ts'
import { STOP_GRACE_SECONDS, WORKSPACE_BYTES } from './container-spec.ts'
import { isAbsent } from './engine-call.ts'
import { exceeds, readResult } from './job-archive.ts'
import { createLogSink } from './log-lines.ts'
import { RESULT_PATH, type RunHooks, type RunResult, runResult } from './runtime.ts'

/** Volumes have no quota, so the workspace is measured this often. Reading it costs what it holds, and stops at the cap. */
const WORKSPACE_POLL_MS = 5_000
/** The measurement does not see everything: a deleted file that is still open takes space and has no name. So nobody's disk is ever filled. */
const LEAST_FREE_BYTES = 2_048 * 1_048_576
const RECONNECT_MS = 1_000
/** The log stream ends with the container, a moment later. */
const LAST_LINES_MS = 2_000
const TAIL_LINES = 100
const KILLED = 137

export interface Watched {
  readonly engine: ContainerEngine
  readonly clock: Clock
  readonly id: string
  readonly limits: JobLimits
  readonly hooks: RunHooks
}

type Cut = 'timeout' | 'output-too-large' | 'disk-full' | 'stopped'

/** Starts a container, watches its limits and collects what it leaves. The caller removes it. */
export async function superviseContainer(watched: Watched, signal: AbortSignal): Promise<RunResult> {
  const { engine, clock, id, hooks } = watched
  const done = new AbortController()
  const watching = new AbortController()
  try {
    if (await isDiskFull(engine)) throw diskFull()
    await engine.start(id)
    hooks.onStarted()
    const logs = followLogs(watched, done.signal)
    const exit = exitCode(watched, done.signal)
    // If ending the container fails, that is the error to report, not the wait it leaves behind.
    exit.catch(() => undefined)
    const cut = await Promise.race([exit.then(() => null), firstCut(watched, watching.signal, signal)])
    // The engine keeps a container locked while its files are read, so a measurement under way would delay its end.
    watching.abort()
    if (cut !== null) await end(watched, cut)
    const code = await exit
    await Promise.race([logs, clock.sleep(LAST_LINES_MS, done.signal)])
    return await conclude(watched, code, cut)
  } finally {
    watching.abort()
    done.abort()
  }
}

/** Resolves with the first reason to end the job before it ends itself; never, once `watching` aborts. */
function firstCut({ engine, clock, id, limits }: Watched, watching: AbortSignal, stop: AbortSignal): Promise<Cut> {
  const never = new Promise<never>(() => undefined)
  const overTime = async (): Promise<Cut> => ((await clock.sleep(limits.wallSeconds * 1_000, watching)) ? 'timeout' : never)
  const overSpace = async (): Promise<Cut> => {
    while (await clock.sleep(WORKSPACE_POLL_MS, watching)) {
      if (await isOverfull(engine, id, watching)) return 'output-too-large'
      if (await isDiskFull(engine)) return 'disk-full'
    }
    return never
  }
  return Promise.race([overTime(), overSpace(), aborted(stop).then((): Cut => 'stopped')])
}

async function isOverfull(engine: ContainerEngine, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    const workspace = await engine.download(id, '/job', signal)
    return workspace !== null && (await exceeds(workspace, WORKSPACE_BYTES))
  } catch {
    // The container may end, or the engine restart, in the middle of it; the next round or the exit tells.
    return false
  }
}

async function isDiskFull(engine: ContainerEngine): Promise<boolean> {
  try {
    return ((await engine.freeBytes()) ?? LEAST_FREE_BYTES) < LEAST_FREE_BYTES
  } catch {
    // An engine that does not answer now is asked again.
    return false
  }
}

const diskFull = (): WindfallError =>
  new WindfallError(
    'runtime.unavailable',
    `Less than ${LEAST_FREE_BYTES / 1_048_576} MiB are free where Docker keeps its data, so no job runs. Free some space.`,
  )

const end = ({ engine, id }: Watched, cut: Cut): Promise<void> => (cut === 'stopped' ? engine.stop(id, STOP_GRACE_SECONDS) : engine.kill(id))

/** Waits through a restart of the engine: with live-restore the container goes on, without it the engine reports its end. */
async function exitCode({ engine, clock, id }: Watched, done: AbortSignal): Promise<number> {
  for (;;) {
    try {
      return await engine.waitForExit(id, done)
    } catch (error) {
      if (isAbsent(error))
        throw new WindfallError('runtime.failed', 'Somebody removed the job’s container while it ran. Leave containers named windfall-… alone.', {
          cause: error,
        })
      if (!(await clock.sleep(RECONNECT_MS, done))) throw error
    }
  }
}

async function followLogs({ engine, id, hooks }: Watched, done: AbortSignal): Promise<void> {
  const enough = new AbortController()
  const sink = createLogSink(hooks.onLog)
  const onBytes = (bytes: Uint8Array) => {
    sink.push(bytes)
    if (sink.full()) enough.abort()
  }
  // Live output is a courtesy: whatever breaks it must not end the job, and the tail is read again at the end.
  await engine.followLogs(id, onBytes, AbortSignal.any([done, enough.signal])).catch(() => undefined)
  sink.finish()
}

async function conclude({ engine, id, limits }: Watched, exitCode: number, cut: Cut | null): Promise<RunResult> {
  if (cut === 'disk-full') throw diskFull()
  const tail = createLogSink(() => undefined)
  await engine.lastLogs(id, TAIL_LINES, tail.push)
  const result = { exitCode, output: new Uint8Array(), logTail: tail.finish() }
  if (cut !== null) return runResult({ ...result, end: cut })
  // The kernel's OOM flag is not always set; nobody of ours killed the job, so a kill means memory.
  if (exitCode === KILLED || (exitCode !== 0 && (await engine.ranOutOfMemory(id)))) return runResult({ ...result, end: 'memory' })
  if (exitCode !== 0) return runResult({ ...result, end: 'exited' })
  const archive = await engine.download(id, RESULT_PATH, AbortSignal.timeout(60_000))
  if (archive === null) return runResult({ ...result, end: 'output-missing' })
  const read = await readResult(archive, posix.basename(RESULT_PATH), limits.outputBytes)
  return read.kind === 'read' ? runResult({ ...result, end: 'exited', output: read.bytes }) : runResult({ ...result, end: read.kind })
}
