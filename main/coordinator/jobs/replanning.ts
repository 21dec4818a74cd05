import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { type Job, createJobsStore } from './jobs.store.ts'
import type { Placement } from './moves.ts'
import { planOne } from './planning.ts'
import type { Candidate, JobDeps, PlanJob } from './ports.ts'

/** Jobs planned in a zone, those planned on a node, or (both `null`) every one that waits. */
export interface ReplanScope {
  readonly zone: string | null
  readonly nodeId: string | null
}

export interface Replanned extends Pick<Placement, 'action' | 'reason'> {
  readonly jobId: string
}

const concerns = ({ plan }: Pick<Job, 'plan'>, { zone, nodeId }: ReplanScope): boolean =>
  (zone === null || plan?.zone === zone) && (nodeId === null || plan?.nodeId === nodeId)

/** What has begun is not planned again. */
const runsOn = ({ jobId }: Attempt): Replanned => ({ jobId, action: 'keep', reason: 'It has been given to its machine, and runs on.' })

/** Plans again what has not begun, and says of everything in the scope what becomes of it. */
export async function replanWaiting(
  deps: JobDeps & { readonly plan: PlanJob },
  scope: ReplanScope,
  { nodes, limit }: { readonly nodes: readonly Candidate[]; readonly limit: number },
): Promise<readonly Replanned[]> {
  const replanned: Replanned[] = []
  for (const job of await createJobsStore(deps.db).waiting(limit)) {
    if (!concerns(job, scope)) continue
    const { action, reason } = await planOne(deps, job, { plan: deps.plan, nodes })
    replanned.push({ jobId: job.jobId, action, reason })
  }
  const begun = scope.zone === null ? [] : (await createAttemptsStore(deps.db).open()).filter((attempt) => concerns(attempt, scope))
  return [...replanned, ...begun.map(runsOn)]
}
