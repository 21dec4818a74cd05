import { WindfallError } from '../../../shared/errors.ts'
import { type EpochMs, epochMs } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Grace } from './container-end.ts'
import { superviseContainer } from './container-watch.ts'
import { attemptLabels, attemptName, belongsTo, containerSpec, deadlineOf } from './container-spec.ts'
import { type SweepDeps, removeAttempts } from './container-sweep.ts'
import { judgeToolkit } from './gpu-toolkit.ts'
import type { DeafImages } from './deaf-images.ts'
import { checkImage } from './image-facts.ts'
import { seedArchive } from './job-archive.ts'
import { type RunHooks, type RunRequest, type RunResult, runResult } from './runtime.ts'

export interface AttemptDeps extends SweepDeps {
  readonly clock: Clock
  /** How long a job is given to save its work when it has to go; 0: not at all. Asked when it matters. */
  readonly graceMs: () => number
  /** Images whose jobs let a grace pass on this machine. */
  readonly deaf: DeafImages
  /** Version of the NVIDIA Container Toolkit on this machine; `null` if it has none or does not tell. */
  readonly toolkitVersion: (signal: AbortSignal) => Promise<string | null>
}

export interface Attempt {
  readonly request: RunRequest
  readonly hooks: RunHooks
}

/** What the agent has not watched for longer than this cannot be measured, so it cannot be proven. */
const UNSEEN_MS = 5_000
const STOPPED = { end: 'stopped', exitCode: 143, output: new Uint8Array(), logTail: '' } as const

/** Creates a container, runs it to its end and removes it. */
export async function runInContainer(deps: AttemptDeps, attempt: Attempt & { readonly imageId: string }, signal: AbortSignal): Promise<RunResult> {
  const { engine, clock } = deps
  const { request, hooks } = attempt
  const { limits } = request
  return concluding(deps, request, signal, async () => {
    const id = await createJobContainer(deps, attempt, signal)
    if (signal.aborted) return runResult(STOPPED)
    const { cpus } = await engine.describe(signal)
    const watched = { engine, clock, id, limits, hooks, leftMs: limits.wallSeconds * 1_000, cpus: Math.min(cpus, limits.cpus), origin: 'created' } as const
    return superviseContainer({ ...watched, grace: graceOf(deps, attempt) }, () => engine.start(id), signal)
  })
}

/** Goes on with a container that outlived the agent which started it; `null` if there is none, or it is past its time. */
export async function adoptContainer(deps: AttemptDeps, attempt: Attempt, signal: AbortSignal): Promise<RunResult | null> {
  const { engine, clock } = deps
  const { request, hooks } = attempt
  const found = await findAdoptable(deps, request.attemptId, signal)
  if (found === null) return null
  const { id, state, leftMs } = found
  return concluding(deps, request, signal, async () => {
    const { cpus } = await engine.describe(signal)
    const watched = { engine, clock, id, limits: request.limits, hooks, leftMs, cpus: Math.min(cpus, request.limits.cpus), origin: 'adopted' } as const
    return superviseContainer({ ...watched, grace: graceOf(deps, attempt) }, async () => (state === 'paused' ? engine.thaw(id) : undefined), signal)
  })
}

/** A grace is there to save work: a job that saves none gets none, nor does an image that has let one pass here. */
const graceMsOf = ({ graceMs, deaf }: AttemptDeps, { image, checkpoints = false }: RunRequest): number => (checkpoints && !deaf.has(image) ? graceMs() : 0)

const graceOf = (deps: AttemptDeps, { request, hooks }: Attempt): Grace => ({
  ms: () => graceMsOf(deps, request),
  slowed: () => hooks.onSlowed?.(),
  passed: () => deps.deaf.add(request.image),
})

async function findAdoptable({ engine, agentId, journal, clock }: AttemptDeps, attemptId: string, signal: AbortSignal) {
  const journaled = journal.get(attemptId)
  const found = journaled && (await engine.inspectContainer(attemptName(attemptId), signal))
  if (!found || found.id !== journaled.containerId || !belongsTo(found, agentId, attemptId)) return null
  const leftMs = (deadlineOf(found.labels) ?? 0) - clock.now()
  const isUnseen = found.state === 'ended' && clock.now() - (found.endedAt ?? 0) > UNSEEN_MS
  return leftMs > 0 && found.state !== 'created' && !isUnseen ? { id: found.id, state: found.state, leftMs } : null
}

/** Whatever happens, nothing of the attempt stays, except what a job saved that has to go on elsewhere or later. */
async function concluding(deps: AttemptDeps, { attemptId, jobId }: RunRequest, signal: AbortSignal, work: () => Promise<RunResult>): Promise<RunResult> {
  let end: RunResult['end'] | 'broken' = 'broken'
  try {
    const result = await work()
    end = result.end
    return result
  } catch (error) {
    if (!signal.aborted) throw error
    end = 'stopped'
    return runResult(STOPPED)
  } finally {
    const keepCheckpoint = (end === 'stopped' || end === 'broken') && signal.reason !== 'cancelled'
    // What cannot be removed now is in the journal, and upkeep tries again.
    await removeAttempts(deps, [{ attemptId, keepCheckpoint }]).catch(() => undefined)
    if (!keepCheckpoint) await deps.checkpoints.forget(jobId).catch(() => undefined)
  }
}

async function createJobContainer(
  deps: AttemptDeps,
  { request, imageId, hooks }: Attempt & { readonly imageId: string },
  signal: AbortSignal,
): Promise<string> {
  const { engine, agentId, journal, clock } = deps
  const { attemptId, jobId, limits } = request
  const image = await engine.inspectImage(imageId, signal)
  if (image?.id !== imageId) throw new WindfallError('runtime.image', `Docker has no image ${request.image}. Prepare it first.`)
  checkImage(image)
  if (request.gpuUuids.length > 0) await checkToolkit(deps, signal)
  const host = await engine.describe(signal)
  const startedAt = clock.now()
  const deadline: EpochMs = epochMs(startedAt + limits.wallSeconds * 1_000)
  const plan = { request, image, agentId, startedAt, deadline, host, graceMs: graceMsOf(deps, request) }
  const spec = containerSpec(plan)
  journal.begin(attemptId, jobId, startedAt)
  await engine.createVolume(attemptName(attemptId), attemptLabels(plan))
  const id = await engine.createContainer(attemptName(attemptId), spec)
  journal.setContainer(attemptId, id)
  await engine.upload(id, seedArchive(request.inputs), '/job')
  const checkpoint = await deps.checkpoints.open(jobId)
  if (checkpoint) {
    await engine.upload(id, checkpoint.archive, '/job')
    hooks.onResumed?.(checkpoint)
  }
  return id
}

async function checkToolkit({ toolkitVersion }: AttemptDeps, signal: AbortSignal): Promise<void> {
  const version = await toolkitVersion(signal)
  if (judgeToolkit(version) === 'refused')
    throw new WindfallError(
      'runtime.unavailable',
      `NVIDIA Container Toolkit ${version} lets an image break out of its container, so no GPU job runs. Update it to 1.17.8 or newer.`,
    )
}
