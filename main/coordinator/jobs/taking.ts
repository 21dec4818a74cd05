/** Which of those who are to have a job get it, and by what plan and token. Pure but for the tokens and ids it draws. */
import type { Plan } from '../../../shared/contract/plan.ts'
import { placeKindFor, placesFor, placesOf } from '../../../shared/domain/places.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Attempt } from './attempts.store.ts'
import type { Job } from './jobs.store.ts'
import { LEASE_LEAD_MS } from './leases.ts'
import { placeOf } from './place.ts'
import type { KnownNode, Matched } from './ports.ts'

/** Which node takes a job; `choice` says why that one if it is not the one of the plan. */
export interface Taker {
  readonly jobId: string
  readonly node: Pick<KnownNode, 'nodeId' | 'capabilities'>
  readonly choice: Matched['choice'] | null
}

export interface Taking {
  readonly taker: Taker
  readonly job: Job
  readonly attempt: Attempt
}

interface TakingDeps {
  /** Epoch milliseconds. */
  readonly now: number
  readonly ids: Ids
  /** The next fencing token: higher than every one before it, whoever gave that out. Error: `storage.fenced`. */
  readonly nextToken: () => number
}

/** The plan as it is carried out: on the node that takes it, and from now on if it was to begin later. */
function carriedOut(plan: Plan, nodeId: string, now: number): Plan {
  const [first, ...others] = plan.runs
  if (!first || fromIso(first.from) - now <= LEASE_LEAD_MS) return { ...plan, nodeId }
  const run = { from: toIso(now), to: toIso(now + fromIso(first.to) - fromIso(first.from)) }
  return { ...plan, nodeId, runs: [run, ...others], window: { from: run.from, to: others.at(-1)?.to ?? run.to } }
}

/**
 * One after another, each with the places in mind that those before it have taken. `jobs` and `taken`, places by place, are as they are in the transaction
 * that writes the leases, and change with each.
 */
export function takeInTurn(
  { now: leasedAt, ids, nextToken }: TakingDeps,
  takers: readonly Taker[],
  { jobs, taken }: { readonly jobs: Map<string, Job>; readonly taken: Map<string, number> },
): (Taking | 'full' | 'moved-on')[] {
  return takers.map((taker): Taking | 'full' | 'moved-on' => {
    const { jobId, node, choice } = taker
    const { nodeId } = node
    const job = jobs.get(jobId)
    if (job?.state !== 'planned' || !job.plan || (choice === null && job.plan.nodeId !== nodeId)) return 'moved-on'
    const kind = placeKindFor(job.spec.needs)
    const more = (taken.get(placeOf(nodeId, kind)) ?? 0) + placesFor(job.spec.needs)
    if (more > placesOf(node.capabilities, kind)) return 'full'
    taken.set(placeOf(nodeId, kind), more)
    jobs.delete(jobId)
    const [plan, token] = [carriedOut(job.plan, nodeId, leasedAt), nextToken()]
    const given = { attemptId: ids.next(), leaseId: ids.next(), jobId, nodeId, token, plan, leasedAt, state: 'leased' } as const
    return { taker, job, attempt: { ...given, startedAt: null, endedAt: null, reason: null, askedBack: null } }
  })
}
