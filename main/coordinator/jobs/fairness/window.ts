/** Which of the jobs that wait are planned: of many thousands, those whose turn is near. */
import type { PlaceKind } from '../../../../shared/domain/places.ts'
import type { Db } from '../../persistence/database.ts'
import { byImportance, dealOut } from './line.ts'
import { type Line, createLineStore } from './line.store.ts'

const KINDS: readonly PlaceKind[] = ['gpu', 'processor']
/** Of each line, what was looked at before and fitted nowhere has this share, so that it keeps nobody else out and is not forgotten. */
const PASSED_OVER_SHARE = 0.25

/** A line for each requester and kind of place. */
async function linesOf(db: Db): Promise<Line[]> {
  const store = createLineStore(db)
  const found = await Promise.all(KINDS.map(async (place) => (await store.requesters(place)).map((requesterId) => ({ place, requesterId }))))
  return found.flat()
}

/** Ids of queued jobs to look at: the most important ones of every line, each line with an equal part, about so many in all. */
export async function nearJobs(db: Db, most: number): Promise<string[]> {
  const store = createLineStore(db)
  const lines = await linesOf(db)
  const part = Math.max(1, Math.floor(most / Math.max(1, lines.length)))
  const found: string[] = []
  for (const line of lines) {
    const fresh = await store.fresh(line, part)
    found.push(...fresh, ...(await store.passedOver(line, Math.max(Math.ceil(part * PASSED_OVER_SHARE), part - fresh.length))))
  }
  return found
}

interface Waiting {
  readonly jobId: string
  readonly requesterId: string
  readonly place: PlaceKind
  readonly priority: number
  readonly deadlineAt: number
}

/** When it is the turn of each of these jobs, in seconds of its kind of place’s virtual clock: each requester’s starts, dealt out by importance. */
export async function turnsOf(db: Db, jobs: readonly Waiting[]): Promise<ReadonlyMap<string, number>> {
  const store = createLineStore(db)
  const turns = new Map<string, number>()
  for (const own of Map.groupBy(jobs, ({ place, requesterId }) => `${place} ${requesterId}`).values()) {
    const [first] = own
    if (!first) continue
    const starts = await store.starts(first, own.length)
    for (const [jobId, start] of dealOut(own.toSorted(byImportance), starts)) turns.set(jobId, start / 1_000)
  }
  return turns
}
