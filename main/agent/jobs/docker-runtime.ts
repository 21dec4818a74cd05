import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { createQueue } from '../../kernel/queue.ts'
import { type AttemptDeps, adoptContainer, runInContainer } from './container-attempt.ts'
import type { ContainerEngine } from './container-engine.ts'
import { removeAttempts, runUpkeep } from './container-sweep.ts'
import { provideImage } from './docker-images.ts'
import type { RegistryCheck } from './image-registry.ts'
import { type ImageRules, checkAllowed } from './image-rules.ts'
import { mayLook } from './inside-container.ts'
import type { ImageStock } from './image-stock.ts'
import type { Availability, RunRequest, RunResult, Runtime } from './runtime.ts'

export interface DockerRuntimeDeps extends AttemptDeps {
  readonly stock: ImageStock
  readonly rules: Pick<ImageRules, 'allow'>
  readonly checkRegistry: RegistryCheck
}

/** An image as the engine knows it, and whether the owner lets it have a GPU. */
interface Prepared {
  readonly imageId: string
  readonly gpu: boolean
}

/** Runs jobs in hardened containers: one container and one volume per attempt, both gone when the attempt ends. */
export function createDockerRuntime(deps: DockerRuntimeDeps): Required<Runtime> {
  const { engine, journal, clock } = deps
  /** By the digest that a job names. */
  const prepared = new Map<string, Prepared>()
  const running = new Set<string>()
  // Budget and disk hold for what all jobs bring together, so they bring it one after the other.
  const inTurn = createQueue()
  const hold = async <T>({ attemptId }: RunRequest, work: () => Promise<T>): Promise<T> => {
    running.add(attemptId)
    try {
      return await work()
    } finally {
      running.delete(attemptId)
    }
  }
  const sweep = (signal?: AbortSignal): Promise<string[]> => {
    const leftovers = journal.all().filter((one) => !running.has(one.attemptId) && !mayLook(one, clock.now()))
    return removeAttempts(
      deps,
      leftovers.map(({ attemptId }) => ({ attemptId, keepCheckpoint: true })),
      signal,
    )
  }
  return {
    name: 'docker',
    probe: (signal) => probeEngine(engine, signal),
    async prepare({ runtime, gpu = false, mayFetch, fetchArchive }, onProgress, signal) {
      if (runtime.name !== 'docker') throw new WindfallError('runtime.image', 'This is not a Docker image.')
      checkAllowed(deps.rules, runtime, gpu)
      await deps.checkRegistry(deps.rules, runtime)
      const imageId = await inTurn(() => provideImage(runtime, { engine, stock: deps.stock, mayFetch, fetchArchive, onProgress, signal }), signal)
      prepared.set(runtime.image, { imageId, gpu })
    },
    run: (request, hooks, signal) =>
      hold(request, (): Promise<RunResult> => {
        const imageId = imageFor(request, prepared.get(request.image))
        return runInContainer(deps, { request, imageId, hooks }, signal)
      }),
    adopt: (request, hooks, signal) => hold(request, () => adoptContainer(deps, { request, hooks }, signal)),
    sweep: (_attemptIds, signal) => sweep(signal),
    upkeep: (signal) =>
      runUpkeep(
        {
          clock,
          sweep: () =>
            sweep(signal).then(
              () => true,
              () => false,
            ),
        },
        signal,
      ),
  }
}

function imageFor({ image, gpuUuids }: RunRequest, prepared: Prepared | undefined): string {
  if (gpuUuids.length > 0 && prepared?.gpu !== true)
    throw new WindfallError('runtime.unavailable', `Image ${image} was not prepared for a GPU, so it gets none.`)
  return prepared?.imageId ?? image
}

/** Whether jobs can be contained by this engine. Never rejects. */
export async function probeEngine(engine: ContainerEngine, signal: AbortSignal): Promise<Availability> {
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
