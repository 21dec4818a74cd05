import { WindfallError } from '../../../shared/errors.ts'
import { type EpochMs, epochMs } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import type { ContainerEngine } from './container-engine.ts'
import type { ContainerJournal, JournaledAttempt } from './container-journal.store.ts'
import { attemptLabels, attemptName, containerSpec } from './container-spec.ts'
import { provideImage } from './docker-images.ts'
import { buildLookImage } from './inside-image.ts'
import { type Answers, parseAnswers } from './inside-report.ts'
import { type RunRequest, digestOf } from './runtime.ts'

export interface LookDeps {
  readonly engine: ContainerEngine
  readonly clock: Pick<Clock, 'now'>
  /** Marks what is ours on the engine. */
  readonly agentId: string
  /** Where it is written down what has to be swept after a crash; without one a crash leaves a container behind. */
  readonly journal?: Pick<ContainerJournal, 'begin' | 'setContainer' | 'end'>
}

export interface Look {
  /** As the program of `resources/inside` takes them: a letter and an absolute path. */
  readonly questions: readonly string[]
  /** Names by which the engine knows the GPUs to hand in. */
  readonly gpuUuids: readonly string[]
}

const LIFE_MS = 60_000
const LOOK = 'look-'
const MAX_LINES = 4_000
const MAX_BYTES = 262_144
const LIMITS: RunRequest['limits'] = { wallSeconds: LIFE_MS / 1_000, memoryBytes: 64 * 1_048_576, outputBytes: 1_048_576, cpus: 1 }

/** Whether this may be a look that is under way: it ends long before this says no. */
export const mayLook = ({ attemptId, begunAt }: Pick<JournaledAttempt, 'attemptId' | 'begunAt'>, now: EpochMs): boolean =>
  attemptId.startsWith(LOOK) && now >= begunAt && now - begunAt < 2 * LIFE_MS

/**
 * Starts a container exactly as a job would get it, has a program in there answer, and leaves nothing behind.
 * Errors: `runtime.unavailable`, `runtime.failed`, or the reason of `signal`.
 */
export async function lookInside(deps: LookDeps, look: Look, signal: AbortSignal): Promise<Answers> {
  const { engine, clock } = deps
  const lookId = `${LOOK}${createIds(clock).next()}`
  const { archive, image } = await buildLookImage({ lookId, created: clock.now() })
  const wanted = { name: 'docker', image, archive: digestOf(archive), reference: null } as const
  const imageId = await provideImage(wanted, { engine, fetchArchive: async () => archive, onProgress: () => undefined, signal })
  try {
    return await runLook(deps, { look, lookId, imageId }, signal)
  } finally {
    await engine.removeImage(imageId)
  }
}

interface PreparedLook {
  readonly look: Look
  readonly lookId: string
  readonly imageId: string
}

async function runLook({ engine, clock, agentId, journal }: LookDeps, { look, lookId, imageId }: PreparedLook, signal: AbortSignal): Promise<Answers> {
  const image = await engine.inspectImage(imageId, signal)
  if (!image) throw new WindfallError('runtime.failed', 'The container engine lost the image it was just given. Restart it and try again.')
  const request: RunRequest = {
    attemptId: lookId,
    jobId: lookId,
    leaseId: lookId,
    image: imageId,
    args: look.questions,
    env: {},
    limits: LIMITS,
    gpuUuids: look.gpuUuids,
  }
  const host = await engine.describe(signal)
  const startedAt = clock.now()
  const plan = { request, image, agentId, startedAt, deadline: epochMs(startedAt + LIFE_MS), host, graceMs: 0 }
  const name = attemptName(lookId)
  let id: string | null = null
  try {
    journal?.begin(lookId, lookId, startedAt)
    await engine.createVolume(name, attemptLabels(plan))
    id = await engine.createContainer(name, containerSpec(plan))
    journal?.setContainer(lookId, id)
    return await answersOf(engine, id, signal)
  } finally {
    if (id !== null) await engine.remove({ kind: 'container', id })
    await engine.remove({ kind: 'volume', id: name })
    journal?.end(lookId)
  }
}

async function answersOf(engine: ContainerEngine, id: string, signal: AbortSignal): Promise<Answers> {
  await engine.start(id)
  await engine.waitForExit(id, signal)
  const chunks: Uint8Array[] = []
  let size = 0
  await engine.lastLogs(id, MAX_LINES, (bytes) => {
    size += bytes.length
    if (size <= MAX_BYTES) chunks.push(Uint8Array.from(bytes))
  })
  return parseAnswers(Buffer.concat(chunks).toString('utf8'))
}
