import { posix } from 'node:path'
import type { JobLimits } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { aborted } from '../../kernel/lifecycle.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Allowance, createAllowance, freezable } from './allowance.ts'
import type { ContainerEngine } from './container-engine.ts'
import { type Grace, askToEnd } from './container-end.ts'
import { type FollowedLog, followLog } from './container-log.ts'
import { diskFull, freeBytes, isTooLittle, refuseFullDisk } from './container-disk.ts'
import { WORKSPACE_BYTES } from './container-spec.ts'
import { isAbsent } from './engine-call.ts'
import { exceeds, readResult } from './job-archive.ts'
import { createLogSink } from './log-lines.ts'
import { RESULT_PATH, type RunHooks, type RunResult, runResult } from './runtime.ts'

/** A fast disk takes gigabytes in a few seconds, so what is left of it is asked for this often. */
const DISK_POLL_MS = 500
/** Volumes have no quota, so the workspace is measured every so many rounds, and when the disk fills. Reading it costs what it holds, and stops at the cap. */
const WORKSPACE_ROUNDS = 10
const RECONNECT_MS = 1_000
/** The log stream ends with the container, a moment later. */
const LAST_LINES_MS = 2_000
const TAIL_LINES = 100
const KILLED = 137
/** Docker refuses less. */
const MIN_CPUS = 0.01

export interface Watched {
  readonly engine: ContainerEngine
  readonly clock: Clock
  readonly id: string
  readonly limits: JobLimits
  readonly hooks: RunHooks
  /** How long the job may still run. */
  readonly leftMs: number
  readonly grace: Grace
  /** Processors that it may use at most. */
  readonly cpus: number
  /** `adopted`: it has run out of our sight, so its end may have been somebody else's doing, and its first lines have been read. */
  readonly origin: 'created' | 'adopted'
}

type Cut = 'timeout' | 'output-too-large' | 'log-too-large' | 'disk-full' | 'stopped'

interface Exit {
  readonly code: number
  /** The engine was away meanwhile, and may have ended the container itself. */
  readonly isBlurred: boolean
}

/** Lets a container begin or go on by `begin`, watches its limits and collects what it leaves. The caller removes it. */
export async function superviseContainer(watched: Watched, begin: () => Promise<void>, signal: AbortSignal): Promise<RunResult> {
  const { engine, clock, id, hooks } = watched
  const allowance = createAllowance(clock, watched.leftMs)
  const done = new AbortController()
  const watching = new AbortController()
  try {
    await refuseFullDisk(engine)
    await begin()
    hooks.onStarted(jobOf(watched, allowance, watching.signal))
    const exit = exitOf(watched, done.signal)
    const log = followLog({ engine, clock, id, hooks, from: watched.origin === 'created' ? 'start' : 'now', ended: exit }, done.signal)
    // If ending the container fails, that is the error to report, not the wait it leaves behind.
    exit.catch(() => undefined)
    const cut = await Promise.race([exit.then(() => null), firstCut({ ...watched, allowance, log }, watching.signal, signal)])
    // The engine keeps a container locked while its files are read, so a measurement under way would delay its end.
    watching.abort()
    // What a cancelled job would save is thrown away.
    if (cut === 'stopped' && signal.reason !== 'cancelled' && !allowance.isHalted()) await askToEnd(watched, exit)
    if (cut !== null) await engine.kill(id)
    const end = await exit
    await Promise.race([log.over, clock.sleep(LAST_LINES_MS, done.signal)])
    return await conclude(watched, end, cut)
  } finally {
    watching.abort()
    done.abort()
  }
}

const jobOf = ({ engine, id, cpus }: Watched, allowance: Allowance, ending: AbortSignal) =>
  freezable(
    {
      freeze: () => engine.freeze(id),
      thaw: () => engine.thaw(id),
      // What it has left while it saves its work, nobody gives back to it.
      throttle: async (share) => (ending.aborted ? undefined : engine.setCpus(id, Math.min(cpus, Math.max(MIN_CPUS, cpus * share)))),
    },
    allowance,
  )

/** Resolves with the first reason to end the job before it ends itself; never, once `watching` aborts. */
function firstCut(
  { engine, clock, id, allowance, log }: Watched & { readonly allowance: Allowance; readonly log: FollowedLog },
  watching: AbortSignal,
  stop: AbortSignal,
): Promise<Cut> {
  const never = new Promise<never>(() => undefined)
  const overTime = async (): Promise<Cut> => ((await allowance.used(watching)) ? 'timeout' : never)
  const overSpace = async (): Promise<Cut> => (await outgrows({ engine, clock, id }, watching)) ?? never
  const overLog = log.flooded.then((): Cut => 'log-too-large')
  return Promise.race([overTime(), overSpace(), overLog, aborted(stop).then((): Cut => 'stopped')])
}

/** Resolves when the workspace or the disk is full; with `null` once `watching` aborts. */
async function outgrows({ engine, clock, id }: Pick<Watched, 'engine' | 'clock' | 'id'>, watching: AbortSignal): Promise<Cut | null> {
  let freeThen = await freeBytes(engine)
  for (let round = 1; await clock.sleep(DISK_POLL_MS, watching); round++) {
    const free = await freeBytes(engine)
    if (isTooLittle(free)) return 'disk-full'
    if (round % WORKSPACE_ROUNDS !== 0 && freeThen - free < WORKSPACE_BYTES / 2) continue
    if (await isOverfull(engine, id, watching)) return 'output-too-large'
    freeThen = free
  }
  return null
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

/** Waits through a restart of the engine: with live-restore the container goes on, without it the engine has ended it. */
async function exitOf({ engine, clock, id, origin }: Watched, done: AbortSignal): Promise<Exit> {
  let isBlurred = origin === 'adopted'
  for (;;) {
    try {
      return { code: await engine.waitForExit(id, done), isBlurred }
    } catch (error) {
      if (isAbsent(error))
        throw new WindfallError('runtime.failed', 'Somebody removed the job’s container while it ran. Leave containers named windfall-… alone.', {
          cause: error,
        })
      if (!(await clock.sleep(RECONNECT_MS, done))) throw error
      isBlurred = true
    }
  }
}

async function conclude({ engine, id, limits, clock }: Watched, { code: exitCode, isBlurred }: Exit, cut: Cut | null): Promise<RunResult> {
  if (cut === 'disk-full') throw diskFull()
  const tail = createLogSink(() => undefined, clock)
  await engine.lastLogs(id, TAIL_LINES, tail.push)
  const result = { exitCode, output: new Uint8Array(), logTail: tail.finish() }
  if (cut !== null) return runResult({ ...result, end: cut })
  const isMemory = exitCode !== 0 && (await engine.ranOutOfMemory(id))
  if (isBlurred && exitCode > 128 && !isMemory)
    throw new WindfallError('runtime.unavailable', 'Docker was restarted or stopped while the job ran, and ended it. The job goes back to the queue.')
  // The kernel's OOM flag is not always set; nobody of ours killed the job, so a kill means memory.
  if (isMemory || exitCode === KILLED) return runResult({ ...result, end: 'memory' })
  if (exitCode !== 0) return runResult({ ...result, end: 'exited' })
  const archive = await engine.download(id, RESULT_PATH, AbortSignal.timeout(60_000))
  if (archive === null) return runResult({ ...result, end: 'output-missing' })
  const read = await readResult(archive, posix.basename(RESULT_PATH), limits.outputBytes)
  return read.kind === 'read' ? runResult({ ...result, end: 'exited', output: read.bytes }) : runResult({ ...result, end: read.kind })
}
