/** Carries out what the planner says of many jobs at once. */
import type { Plan, PlanAnswer } from '../../../shared/contract/plan.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Tx } from '../persistence/database.ts'
import { changeJob, recordMove } from './change.ts'
import { inBatches } from './in-batches.ts'
import { type Excluded, type Job, createJobsStore } from './jobs.store.ts'
import type { JobDeps, Planned, PlannedJob } from './ports.ts'
import { type Waiting, explainExclusions, explainWindow } from './reasons.ts'
import { type PlannedPatch, createTogetherStore } from './together.store.ts'
import { standingOf, transition } from './transition.ts'
import { type Gathered, type JobAtHand, isWaiting } from './world.ts'

/** What the planner said of one job, and what it means for it. */
export interface Verdict {
  readonly job: Job
  /** The lease under which it runs; `null` for one that waits. */
  readonly leaseId: string | null
  /** The plan that holds from now on. */
  readonly plan: Plan | null
  readonly action: PlannedJob['action']
  readonly reason: string
  /** Why it waits; `null` for one that runs. */
  readonly waits: Waiting | null
  readonly excluded: Excluded
  readonly reroutes: number
}

const waitsFor = ({ hasRun }: JobAtHand, { plan, excluded, nodes }: PlanAnswer, now: number): Waiting =>
  plan ? explainWindow(plan, { now, hasRun }) : explainExclusions(excluded, nodes)

/** What a planned job means for the job as it stands. A job that runs keeps its plan if the planner finds none. Pure. */
function verdictOf(atHand: JobAtHand, { answer, action, reason, reroutes }: PlannedJob, now: number): Verdict {
  const { job } = atHand
  const waits = isWaiting(atHand) ? waitsFor(atHand, answer, now) : null
  const plan = answer.plan ?? (waits ? null : job.plan)
  // Why nothing fits is what the constraints say.
  const said = waits && !plan ? waits.message : reason
  return { job, leaseId: atHand.held?.leaseId ?? null, plan, action, reason: said, waits, excluded: answer.excluded, reroutes }
}

const samePlace = (a: Plan | null, b: Plan | null): boolean => a?.nodeId === b?.nodeId && JSON.stringify(a?.runs) === JSON.stringify(b?.runs)

const sameExcluded = ({ job, excluded }: Verdict): boolean => JSON.stringify(job.excluded) === JSON.stringify(excluded)

/** Whether something was chosen, other than that all stays as it is. */
const isChoice = (verdict: Verdict): boolean => {
  const { job, plan, action, waits } = verdict
  return action === 'pause' || !samePlace(job.plan, plan) || (waits !== null && (waits.reason !== job.reason || !sameExcluded(verdict)))
}

/** Whether anything about the job changes, if only a figure. */
const isNews = (verdict: Verdict): boolean => {
  const { job, plan, waits, reroutes } = verdict
  const stands = waits === null || (job.plannedAt !== null && waits.message === job.message && sameExcluded(verdict))
  return !stands || reroutes !== job.reroutes || isChoice(verdict) || JSON.stringify(plan) !== JSON.stringify(job.plan)
}

export interface Round {
  readonly gathered: Gathered
  readonly planned: Planned
  /** What made the round necessary. */
  readonly because: string
}

/** Says what the planner decided, in the order of the jobs. */
export const verdictsOf = ({ gathered, planned }: Pick<Round, 'gathered' | 'planned'>): readonly Verdict[] =>
  planned.outcome.map((one, index) => {
    const atHand = gathered.atHand[index]
    if (atHand?.job.jobId !== one.jobId) throw new RangeError(`the planner answered for ${one.jobId} out of turn`)
    return verdictOf(atHand, one, gathered.now)
  })

/**
 * Writes what has changed and records it: one fact for the round, and every choice that it led to with the job it is about. Returns the ids of
 * jobs that moved on while the planner thought: for those nothing is changed.
 */
export function carryOut(deps: JobDeps, round: Round, verdicts: readonly Verdict[]): Promise<readonly string[]> {
  const news = verdicts.filter(isNews)
  return inBatches(deps.db, news, async (tx, some, from) => {
    if (from === 0) await recordRound(deps, tx, round, news.filter(isChoice).length)
    return carryOutSome(deps, tx, round, some)
  })
}

async function recordRound({ decide }: JobDeps, tx: Tx, { gathered: { jobs, nodes }, because }: Round, choices: number): Promise<void> {
  if (choices > 0) await decide(tx, 'plan.round', { because, jobs: jobs.length, nodes: nodes.length, choices })
}

async function carryOutSome(deps: JobDeps, tx: Tx, round: Round, news: readonly Verdict[]): Promise<string[]> {
  const standings = await createJobsStore(tx).standings(news.map(({ job }) => job.jobId))
  const stand = ({ job }: Verdict): boolean => standings.get(job.jobId)?.state === job.state && standings.get(job.jobId)?.token === job.token
  const standing = news.filter(stand)
  const waiting = standing.flatMap((verdict) => plannedPatch(deps, round, verdict) ?? [])
  await createTogetherStore(tx).planned(waiting)
  const next = new Map(waiting.map((patch) => [patch.jobId, patch]))
  for (const verdict of standing) await carryOutOne(deps, tx, round, { verdict, next: next.get(verdict.job.jobId) })
  return news.flatMap((verdict) => (stand(verdict) ? [] : [verdict.job.jobId]))
}

/** What becomes of a job that waits; `null` for one that runs. */
function plannedPatch({ clock }: JobDeps, { gathered: { now } }: Round, { job, plan, waits, excluded, reroutes }: Verdict): PlannedPatch | null {
  const change = waits && (plan ? ({ type: 'planned', ...waits } as const) : ({ type: 'unplaced', ...waits } as const))
  const next = change && transition(standingOf(job), change)
  return next && { jobId: job.jobId, ...next, updatedAt: clock.now(), plan, plannedAt: now, excluded, reroutes }
}

interface Carried {
  readonly verdict: Verdict
  /** As it was written with the others. */
  readonly next: PlannedPatch | undefined
}

async function carryOutOne(deps: JobDeps, tx: Tx, { gathered: { now }, planned }: Round, { verdict, next }: Carried): Promise<void> {
  const { job, plan, reroutes } = verdict
  const { jobId } = job
  if (!next) await createJobsStore(tx).update(jobId, { plan, reroutes, plannedAt: now })
  else if (next.state !== job.state) await recordMove(deps, tx, job, next)
  if (!isChoice(verdict)) return
  const also = plan ? [{ kind: 'node', id: plan.nodeId } as const] : []
  await deps.choose(tx, { kind: 'plan', subject: { kind: 'job', id: jobId }, also, ...planned.choiceOf(jobId) })
}

/**
 * Nobody could be asked about the grid: plans that still hold stay, and what has none says what it waits for. Returns the ids of those jobs.
 */
export async function carryOutWithout(deps: JobDeps, { atHand, nodes, now }: Gathered, message: string): Promise<readonly string[]> {
  const there = new Set(nodes.filter(({ online }) => online).map(({ nodeId }) => nodeId))
  const holds = ({ state, plan }: Job): boolean => state === 'planned' && plan !== null && there.has(plan.nodeId) && fromIso(plan.window.to) > now
  const without = atHand.filter((one) => isWaiting(one) && !holds(one.job)).map(({ job }) => job)
  const change = { type: 'unplaced', reason: 'waiting.grid', message: message.slice(0, 500) } as const
  const says = ({ plan, plannedAt, reason, message: said }: Job): boolean =>
    plan === null && plannedAt !== null && reason === change.reason && said === change.message
  const news = without.filter((job) => !says(job))
  await inBatches(deps.db, news, async (tx, some) => {
    for (const { jobId } of some) {
      const job = await createJobsStore(tx).get(jobId)
      if (job) await changeJob(deps, tx, { job, change, patch: { plan: null, plannedAt: now, excluded: {} } })
    }
    return []
  })
  return without.map(({ jobId }) => jobId)
}
