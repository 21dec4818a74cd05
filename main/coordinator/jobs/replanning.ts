import type { Plan } from '../../../shared/contract/plan.ts'
import type { Db } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import type { Verdict } from './planning.ts'
import type { KnownNode, PlannedJob } from './ports.ts'
import type { Rounds } from './rounds.ts'

/** Jobs planned in a zone, those planned on a node, or (both `null`) every one that waits. */
export interface ReplanScope {
  readonly zone: string | null
  readonly nodeId: string | null
}

/** What became of a job; one that runs is kept or paused. */
export interface Replanned {
  readonly jobId: string
  readonly action: Exclude<PlannedJob['action'], 'go-on'>
  readonly reason: string
}

const concerns = ({ plan }: { readonly plan: Plan | null }, { zone, nodeId }: ReplanScope): boolean =>
  (zone === null || plan?.zone === zone) && (nodeId === null || plan?.nodeId === nodeId)

const RUNS_ON = 'It has been given to its machine, and runs on.'

/** Plans everything again, and says of everything in the scope, as it was planned before, what becomes of it. */
export async function replan(
  { db }: { readonly db: Db },
  scope: ReplanScope,
  { rounds, nodes }: { readonly rounds: Pick<Rounds, 'planNow'>; readonly nodes: readonly KnownNode[] },
): Promise<readonly Replanned[]> {
  const verdicts = await rounds.planNow(nodes, 'asked')
  const waiting = verdicts.filter(({ waits, job }) => waits && concerns(job, scope)).map(said)
  const paused = new Map(verdicts.flatMap((verdict) => (verdict.action === 'pause' ? [[verdict.job.jobId, said(verdict)]] : [])))
  const begun = scope.zone === null ? [] : (await createAttemptsStore(db).open()).filter((attempt) => concerns(attempt, scope))
  return [...waiting, ...begun.map(({ jobId }) => paused.get(jobId) ?? { jobId, action: 'keep' as const, reason: RUNS_ON })]
}

const said = ({ job: { jobId }, action, reason }: Verdict): Replanned => ({ jobId, action: action === 'go-on' ? 'keep' : action, reason })
