import type { Exclusion, Plan, PlanAnswer } from '../../../shared/contract/job.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import { transact } from '../persistence/database.ts'
import { changeJob } from './change.ts'
import { type Excluded, type Job, createJobsStore } from './jobs.store.ts'
import { LEASE_LEAD_MS } from './leases.ts'
import { type Placement, choosePlacement } from './moves.ts'
import type { Candidate, JobDeps, PlanJob } from './ports.ts'
import type { JobChange } from './transition.ts'

/** A plan is made anew this often, because forecasts are. */
const REPLAN_MS = 300_000
/** A job that waits for a machine is looked at again this often even if nothing seems to have changed. */
const RETRY_MS = 30_000

/** Why a job's plan must be made (again), or `false`. `world` says whether the nodes have changed since it was last planned. */
export function needsPlan(
  job: Pick<Job, 'state' | 'plan' | 'plannedAt'>,
  { now, world, nodes }: { now: number; world: 'same' | 'changed'; nodes: readonly Candidate[] },
): boolean {
  if (job.plannedAt === null || job.plan === null || job.state === 'queued')
    return job.plannedAt === null || world === 'changed' || now - job.plannedAt >= RETRY_MS
  const node = nodes.find(({ nodeId }) => nodeId === job.plan?.nodeId)
  if (!node || node.gone || fromIso(job.plan.window.to) <= now) return true
  const due = fromIso(job.plan.window.from) - now <= LEASE_LEAD_MS
  if (due) return world === 'changed' && node.online && (node.busy || !node.ready)
  return now - job.plannedAt >= REPLAN_MS
}

const REASONS: Readonly<Record<Exclusion, string>> = {
  offline: 'offline',
  paused: 'paused by their owners',
  busy: 'busy',
  runtime: 'without the runtime',
  gpu: 'without a GPU',
  vram: 'with too little VRAM',
  ram: 'with too little memory',
  zone: 'outside the allowed zones',
  'carbon-cap': 'above the carbon cap',
  price: 'above the price',
  deadline: 'too late for the deadline',
  'no-signal': 'without grid data',
}

/** `waiting.<the constraint that excludes most nodes>` and a sentence that counts them all. */
export function explainExclusions(excluded: Excluded, nodes: number): { reason: string; message: string } {
  if (nodes === 0) return { reason: 'waiting.nodes', message: 'No machine is enrolled yet.' }
  const counts = (Object.entries(excluded) as [Exclusion, number][]).toSorted(([, a], [, b]) => b - a)
  const listed = counts.map(([exclusion, count]) => `${count} ${REASONS[exclusion]}`).join(', ')
  return { reason: `waiting.${counts[0]?.[0] ?? 'nodes'}`, message: `No machine can take this job now: ${listed || 'none fits'}.` }
}

const planned = (plan: Plan, now: number): JobChange => {
  const ahead = fromIso(plan.window.from) - now > LEASE_LEAD_MS
  return {
    type: 'planned',
    reason: ahead ? 'waiting.window' : 'waiting.node',
    message: ahead ? `Waits for its window in ${plan.zone}, which opens at ${plan.window.from}.` : `Its window in ${plan.zone} is open; waits for the machine.`,
  }
}

const changeFor = ({ plan, excluded, nodes }: PlanAnswer, now: number): JobChange =>
  plan ? planned(plan, now) : { type: 'unplaced', ...explainExclusions(excluded, nodes) }

const isSamePlan = (a: Plan | null, b: Plan | null): boolean => a?.nodeId === b?.nodeId && a?.window.from === b?.window.from && a?.window.to === b?.window.to

interface Planner {
  readonly plan: PlanJob
  readonly nodes: readonly Candidate[]
}

const ask = (plan: PlanJob, { spec, submittedAt }: Job, world: Pick<Planner, 'nodes'> & { now: number }) =>
  plan({ spec, submittedAt, ...world }).catch((error: unknown) => refusal(error))

/** Where the job goes of what the planner found. A second question, about its own zone, is only asked where a first answer lies in another. */
async function placementOf(job: Job, answer: PlanAnswer, { plan, nodes, now }: Planner & { now: number }): Promise<Placement> {
  const { plan: current, reroutes } = job
  const isElsewhere = current !== null && answer.plan !== null && answer.plan.zone !== current.zone
  const own = isElsewhere ? nodes.filter(({ capabilities }) => capabilities.zone === current.zone) : []
  const found = own.length === 0 ? null : await ask(plan, job, { now, nodes: own })
  const stay = found && 'plan' in found ? found.plan : null
  return choosePlacement({ current, best: answer.plan, stay, reroutes, now })
}

/** Asks the planner about one job and records the answer; the audit log gets it if it differs from the last one. Returns what becomes of the job. */
export async function planOne(deps: JobDeps, job: Job, { plan, nodes }: Planner): Promise<Placement> {
  const now = deps.clock.now()
  const answer = await ask(plan, job, { now, nodes })
  const known = 'plan' in answer ? answer : { plan: null, excluded: {}, alternatives: [], nodes: nodes.length, maxPriceMicroUsd: '0' }
  const placement = await placementOf(job, known, { plan, nodes, now })
  const next = { ...known, plan: placement.plan }
  const change: JobChange = 'plan' in answer ? changeFor(next, now) : { type: 'unplaced', ...answer }
  const patch = { plan: next.plan, plannedAt: now, excluded: next.excluded, reroutes: placement.reroutes }
  await transact(deps.db, async (tx) => {
    const current = await createJobsStore(tx).get(job.jobId)
    const changed = current && (await changeJob(deps, tx, { job: current, change, patch }))
    if (
      !changed ||
      (current.reason === changed.reason && isSamePlan(current.plan, next.plan) && JSON.stringify(current.excluded) === JSON.stringify(next.excluded))
    )
      return
    const { action, reason: because } = placement
    const decided = { jobId: job.jobId, reason: changed.reason, plan: next.plan, excluded: next.excluded, alternatives: next.alternatives }
    await deps.decide(tx, 'plan', { ...decided, placement: { action, reason: because } })
  })
  return change.type === 'unplaced' ? { ...placement, reason: change.message } : placement
}

/** A job whose window has opened no longer waits for its window: it says so, without a new plan. */
export async function explainDelay(deps: JobDeps, { jobId, plan, reason }: Job): Promise<void> {
  if (!plan || reason !== 'waiting.window') return
  const change = planned(plan, deps.clock.now())
  if (change.type !== 'planned' || change.reason === reason) return
  await transact(deps.db, async (tx) => {
    const job = await createJobsStore(tx).get(jobId)
    if (job?.state === 'planned') await changeJob(deps, tx, { job, change })
  })
}

const refusal = (error: unknown): { reason: string; message: string } => {
  if (!(error instanceof WindfallError)) throw error
  return { reason: error.code, message: messageOf(error).slice(0, 500) }
}
