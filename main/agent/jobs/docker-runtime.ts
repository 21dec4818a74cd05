import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { type EpochMs, epochMs } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { ContainerEngine } from './container-engine.ts'
import { AGENT_LABEL, ATTEMPT_LABEL, attemptLabels, attemptName, containerSpec } from './container-spec.ts'
import { superviseContainer } from './container-watch.ts'
import { provideImage } from './docker-images.ts'
import { checkImage } from './image-facts.ts'
import { seedArchive } from './job-archive.ts'
import { type Availability, type RunHooks, type RunRequest, type RunResult, type Runtime, runResult } from './runtime.ts'

export interface DockerRuntimeDeps {
  readonly engine: ContainerEngine
  /** Marks what is ours; another agent on the same engine has another. */
  readonly agentId: string
  readonly clock: Clock
}

/** Runs jobs in hardened containers: one container and one volume per attempt, both gone when the attempt ends. */
export function createDockerRuntime(deps: DockerRuntimeDeps): Runtime {
  const { engine } = deps
  /** From the digest a job names to the id the engine has for it. */
  const prepared = new Map<string, string>()
  const running = new Set<string>()
  return {
    name: 'docker',
    probe: (signal) => probe(engine, signal),
    async prepare({ runtime, fetchArchive }, onProgress, signal) {
      if (runtime.name !== 'docker') throw new WindfallError('runtime.image', 'This is not a Docker image.')
      prepared.set(runtime.image, await provideImage(runtime, { engine, fetchArchive, onProgress, signal }))
    },
    async run(request, hooks, signal) {
      running.add(request.attemptId)
      try {
        return await runAttempt(deps, { request, imageId: prepared.get(request.image) ?? request.image, hooks }, signal)
      } finally {
        running.delete(request.attemptId)
      }
    },
    sweep: (knownAttemptIds, signal) => removeAttempts(deps, new Set(knownAttemptIds.filter((id) => !running.has(id))), signal),
  }
}

async function probe(engine: ContainerEngine, signal: AbortSignal): Promise<Availability> {
  try {
    const { version, os, missing } = await engine.describe(signal)
    if (os !== 'linux') return { available: false, reason: `Docker runs ${os} containers. Switch it to Linux containers.` }
    if (missing.length > 0)
      return {
        available: false,
        reason: `This Docker has no ${missing.join(', no ')}, so a job could not be contained. Use a Docker with cgroups and seccomp.`,
      }
    return { available: true, version }
  } catch (error) {
    return { available: false, reason: messageOf(error) }
  }
}

interface Attempt {
  readonly request: RunRequest
  readonly imageId: string
  readonly hooks: RunHooks
}

const STOPPED = { end: 'stopped', exitCode: 143, output: new Uint8Array(), logTail: '' } as const

async function runAttempt(deps: DockerRuntimeDeps, attempt: Attempt, signal: AbortSignal): Promise<RunResult> {
  const { engine, clock } = deps
  const { request, hooks } = attempt
  try {
    const deadline = epochMs(clock.now() + request.limits.wallSeconds * 1_000)
    const id = await createJobContainer(deps, { ...attempt, deadline }, signal)
    if (signal.aborted) return runResult(STOPPED)
    return await superviseContainer({ engine, clock, id, limits: request.limits, hooks }, signal)
  } catch (error) {
    if (signal.aborted) return runResult(STOPPED)
    throw error
  } finally {
    await removeAttempts(deps, new Set([request.attemptId]), new AbortController().signal)
  }
}

async function createJobContainer(
  { engine, agentId }: DockerRuntimeDeps,
  { request, imageId, deadline }: Attempt & { readonly deadline: EpochMs },
  signal: AbortSignal,
): Promise<string> {
  const image = await engine.inspectImage(imageId, signal)
  if (image?.id !== imageId) throw new WindfallError('runtime.image', `Docker has no image ${request.image}. Prepare it first.`)
  checkImage(image)
  const { cpus } = await engine.describe(signal)
  const spec = containerSpec({ request, image, agentId, deadline, hostCpus: cpus })
  await engine.createVolume(attemptName(request.attemptId), attemptLabels({ request, agentId, deadline }))
  const id = await engine.createContainer(attemptName(request.attemptId), spec)
  await engine.upload(id, seedArchive(), '/job')
  return id
}

/** Removes containers, then volumes. An object is ours only if label, attempt and name all agree: an image can carry our label too. */
async function removeAttempts({ engine, agentId }: DockerRuntimeDeps, attemptIds: ReadonlySet<string>, signal: AbortSignal): Promise<string[]> {
  if (attemptIds.size === 0) return []
  const objects = await engine.list(`${AGENT_LABEL}=${agentId}`, signal)
  const ours = objects.filter(({ name, labels }) => {
    const attemptId = labels[ATTEMPT_LABEL]
    return attemptId !== undefined && labels[AGENT_LABEL] === agentId && attemptIds.has(attemptId) && name === attemptName(attemptId)
  })
  for (const object of ours.toSorted((a, b) => a.kind.localeCompare(b.kind))) await engine.remove(object)
  return [...new Set(ours.map(({ labels }) => labels[ATTEMPT_LABEL] ?? ''))]
}
