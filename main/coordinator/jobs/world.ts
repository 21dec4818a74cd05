/** What the planner is told of jobs and nodes. Times are epoch milliseconds. */
import { placeKindFor } from '../../../shared/domain/places.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Db } from '../persistence/database.ts'
import { createAtHandStore } from './at-hand.store.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { avoidedNodes } from './avoiding.ts'
import { turnsOf } from './fairness/window.ts'
import { inPieces } from './in-pieces.ts'
import type { Job, SpecCache } from './jobs.store.ts'
import { havingResults } from './others.store.ts'
import { REACH, type Reach } from './reach.ts'
import type { JobToPlan, KnownNode, NodeToPlan, World } from './ports.ts'
import { type Progress, progressOf } from './progress.ts'

/** At any moment is not at once. */
const ENDING_MS = 10_000

/** An unfinished job, with what it has before it and the attempt that holds it. */
export interface JobAtHand extends Progress {
  readonly job: Job
  /** In seconds of a virtual clock: the lower goes first, whoever’s it is. Kinds of places have clocks of their own. */
  readonly turn: number
  readonly held: Attempt | null
  readonly avoids: readonly string[]
  /** Nodes of those whose result of it is there already. */
  readonly barred: readonly string[]
}

/** Every job that is planned or at work, and as many of the queued ones as can be looked at, in the order of their turns. */
export async function jobsAtHand(
  db: Db,
  now: number,
  { specs, reach = REACH, alongside = async () => new Map() }: { readonly specs: SpecCache; readonly reach?: Reach; readonly alongside?: Alongside },
): Promise<readonly JobAtHand[]> {
  const jobs = await createAtHandStore(db).atHand(specs, reach)
  const attempts = createAttemptsStore(db)
  const held = new Map((await attempts.open()).map((attempt) => [attempt.jobId, attempt]))
  // A job that was never leased has no past.
  const { ran, unbegun } = await attempts.past(jobs.flatMap(({ jobId, token }) => (token > 0 ? [jobId] : [])))
  const avoided = avoidedNodes(unbegun, now)
  const barred = await barredNodes(await havingResults(db, jobs), alongside)
  const turns = await turnsOf(db, jobs.filter((job) => isWaiting({ job })).map(inLine))
  const atHand = jobs.map((job) => ({
    job,
    turn: turns.get(job.jobId) ?? job.fairStart / 1_000,
    held: held.get(job.jobId) ?? null,
    avoids: avoided.get(job.jobId) ?? [],
    barred: barred.get(job.jobId) ?? [],
    ...progressOf(job.spec, ran.get(job.jobId) ?? [], now),
  }))
  return atHand.toSorted(byTurn)
}

/** For each of these nodes, all of its owner. */
export type Alongside = (nodeIds: readonly string[]) => Promise<ReadonlyMap<string, ReadonlySet<string>>>

/** By job. Results are believed because they are of different owners. */
async function barredNodes(having: ReadonlyMap<string, readonly string[]>, alongside: Alongside): Promise<ReadonlyMap<string, readonly string[]>> {
  const asked = [...new Set([...having.values()].flat())]
  const alike = new Map(await inPieces(asked, async (some) => [...(await alongside(some))]))
  const barredBy = (nodeIds: readonly string[]): readonly string[] => [...new Set(nodeIds.flatMap((one) => [one, ...(alike.get(one) ?? [])]))].toSorted()
  return new Map([...having].map(([jobId, nodeIds]) => [jobId, barredBy(nodeIds)]))
}

const inLine = ({ jobId, requesterId, deadlineAt, spec }: Job) => ({
  jobId,
  requesterId,
  deadlineAt,
  priority: spec.priority,
  place: placeKindFor(spec.needs),
})

const byTurn = (a: JobAtHand, b: JobAtHand): number =>
  a.turn - b.turn || b.job.spec.priority - a.job.spec.priority || a.job.submittedAt - b.job.submittedAt || (a.job.jobId < b.job.jobId ? -1 : 1)

export const isWaiting = ({ job }: Pick<JobAtHand, 'job'>): boolean => job.state === 'queued' || job.state === 'planned'

/** Whether it runs, and its requester lets it be cut. */
export const isPausable = ({ job, held }: JobAtHand): boolean =>
  job.spec.interruptible !== null && job.spec.carbon.rule === 'window' && job.state === 'running' && held?.state === 'running'

/** When the first moments of a run are over, in which it is left alone. */
export const pausableFrom = ({ job, held }: JobAtHand): number =>
  held ? (held.startedAt ?? held.leasedAt) + (job.spec.interruptible?.minRunSeconds ?? 0) * 1_000 : 0

const mayPause = (one: JobAtHand, now: number): boolean => isPausable(one) && now >= pausableFrom(one) && !one.held?.askedBack

function toPlan({ job, turn, held, avoids, barred, restMs, hasRun }: JobAtHand): JobToPlan {
  const { jobId, spec, submittedAt, plan: current, reroutes, pinnedTo } = job
  const at = held ? ({ progress: 'running', runsOn: held.nodeId } as const) : ({ progress: hasRun ? 'paused' : 'fresh', runsOn: null } as const)
  return {
    jobId,
    spec,
    submittedAt,
    turn,
    restMs,
    ...at,
    current,
    reroutes,
    avoids,
    ...(barred.length > 0 ? { barred } : {}),
    ...(pinnedTo === null ? {} : { only: pinnedTo }),
  }
}

/** Until when a lease is expected to hold its place: from its start on what is left of its run; what is being proven ends at any moment. */
function takenBy({ job, held, restMs }: JobAtHand, now: number): NodeToPlan['taken'][number] {
  const startsAt = held?.state === 'leased' ? Math.max(now, fromIso(held.plan.window.from)) : now
  const leftMs = held?.state === 'verifying' ? ENDING_MS : Math.max(restMs, ENDING_MS)
  return { jobId: job.jobId, gpus: job.spec.needs.gpus, until: startsAt + leftMs }
}

/** Who has not been heard of since this process started is not taken for lost before its time: plans on such a node hold. */
const isPresumed = ({ nodeId, online, gone }: KnownNode, planned: ReadonlySet<string>): boolean => !online && !gone && planned.has(nodeId)

export interface Gathered extends World {
  /** The jobs of `jobs`, in the same order. */
  readonly atHand: readonly JobAtHand[]
}

/** Puts together what a planning round is about: jobs that wait, jobs that could pause, and every node with what it holds. Pure. */
export function gather(all: readonly JobAtHand[], { now, nodes }: { readonly now: number; readonly nodes: readonly KnownNode[] }): Gathered {
  const atHand = all.filter((one) => (isWaiting(one) && !one.job.isBlocked) || mayPause(one, now))
  const held = Map.groupBy(
    all.filter((one) => one.held !== null),
    (one) => one.held?.nodeId,
  )
  const planned = new Set(atHand.flatMap(({ job }) => (job.state === 'planned' && job.plan ? [job.plan.nodeId] : [])))
  return {
    now,
    atHand,
    jobs: atHand.map(toPlan),
    nodes: nodes.map((node) => {
      const { nodeId, capabilities, online, ready, standing } = node
      const presumed = isPresumed(node, planned)
      const taken = (held.get(nodeId) ?? []).map((one) => takenBy(one, now))
      return { nodeId, capabilities, online: online || presumed, ready: ready || presumed, taken, ...(standing ? { standing } : {}) }
    }),
  }
}
