import type { Clock } from '../../kernel/clock.ts'
import { CHECKPOINT_PATH } from './checkpoint-archive.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { ContainerEngine, EngineObject } from './container-engine.ts'
import type { ContainerJournal } from './container-journal.store.ts'
import { AGENT_LABEL, belongsTo } from './container-spec.ts'

const COLLECT_MS = 30_000
const EVERY_MS = 10 * 60_000
const FIRST_RETRY_MS = 2_000

export interface SweepDeps {
  readonly engine: ContainerEngine
  readonly agentId: string
  readonly journal: ContainerJournal
  readonly checkpoints: Checkpoints
}

export interface Leftover {
  readonly attemptId: string
  /** Whether what the job saved is kept for its next attempt. */
  readonly keepCheckpoint: boolean
}

const NEVER: AbortSignal = new AbortController().signal

/**
 * Removes containers, then volumes, of these attempts, and returns the attempts something was removed of. An object goes only if the journal
 * knows its attempt and labels and name agree with it; a container also by its id, unless we died before the engine had named it.
 * Rejects if something could not be removed; the journal then still speaks of it.
 */
export async function removeAttempts(deps: SweepDeps, leftovers: readonly Leftover[], signal: AbortSignal = NEVER): Promise<string[]> {
  const { engine, agentId, journal } = deps
  const known = leftovers.filter(({ attemptId }) => journal.get(attemptId) !== null)
  if (known.length === 0) return []
  const objects = await engine.list(`${AGENT_LABEL}=${agentId}`, signal)
  const removed: string[] = []
  for (const leftover of known) {
    const ours = objects.filter((object) => isOf(deps, object, leftover.attemptId))
    await removeAttempt(deps, leftover, ours)
    if (ours.length > 0) removed.push(leftover.attemptId)
    journal.end(leftover.attemptId)
  }
  return removed
}

function isOf({ agentId, journal }: SweepDeps, object: EngineObject, attemptId: string): boolean {
  const containerId = journal.get(attemptId)?.containerId ?? null
  const isNamed = object.kind === 'volume' || containerId === null || object.id === containerId
  return isNamed && belongsTo(object, agentId, attemptId)
}

async function removeAttempt(deps: SweepDeps, { attemptId, keepCheckpoint }: Leftover, ours: readonly EngineObject[]): Promise<void> {
  const { engine } = deps
  const container = ours.find(({ kind }) => kind === 'container')
  if (container && keepCheckpoint) {
    await keepWork(deps, attemptId, container.id)
  }
  for (const object of ours.toSorted((a, b) => a.kind.localeCompare(b.kind))) await engine.remove(object)
}

/** A checkpoint that cannot be read costs the job its progress; it must not cost the owner a container that stays. */
async function keepWork({ engine, journal, checkpoints }: SweepDeps, attemptId: string, containerId: string): Promise<void> {
  const jobId = journal.get(attemptId)?.jobId
  if (jobId === undefined) return
  try {
    // What still runs would write on while it is read.
    await engine.kill(containerId)
    const archive = await engine.download(containerId, CHECKPOINT_PATH, AbortSignal.timeout(COLLECT_MS))
    if (archive) await checkpoints.keep({ jobId, attemptId }, archive)
  } catch {
    // The job begins where the last checkpoint was kept, or from the start.
  }
}

/**
 * Tries now and then, sooner after a failure, to remove what should be gone. It waits before it begins, so that whoever adopts what outlived
 * an earlier process has done so.
 */
export async function runUpkeep({ clock, sweep }: { readonly clock: Clock; readonly sweep: () => Promise<boolean> }, signal: AbortSignal): Promise<void> {
  let waitMs = FIRST_RETRY_MS
  while (await clock.sleep(waitMs, signal)) waitMs = (await sweep()) ? EVERY_MS : Math.min(EVERY_MS, waitMs * 2)
}
