import type { Lease } from '../../../shared/contract/job.ts'
import { fromIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { changeJob } from './change.ts'
import { createJobsStore } from './jobs.store.ts'
import { LEASE_LEAD_MS, type Renewals } from './leases.ts'
import { leaseJob } from './leasing.ts'
import type { JobDeps, KnownNode, Push } from './ports.ts'
import { explainWindow } from './reasons.ts'
import type { Due, Rounds } from './rounds.ts'

export interface DueDeps extends JobDeps {
  readonly push: Pick<Push, 'lease'>
  readonly renewals: Pick<Renewals, 'renew'>
}

/** Hands over every job whose window is near and whose node is there, willing and free, the most urgent first. */
export async function leaseDue(deps: DueDeps, rounds: Pick<Rounds, 'due' | 'drop' | 'upset'>, nodes: readonly KnownNode[]): Promise<void> {
  const known = new Map(nodes.map((node) => [node.nodeId, node]))
  const full = new Set<string>()
  const now = deps.clock.now()
  for (const due of rounds.due()) {
    // One whose time has passed is planned again before long; until then late is better than never.
    if (due.from - now > LEASE_LEAD_MS) continue
    const given = await give(deps, due, { node: known.get(due.nodeId), full })
    if (given === 'full') full.add(placeOf(due))
    if (given === 'full' || given === 'away') {
      if (due.from <= now) rounds.upset()
      await explainDelay(deps, due.jobId)
      continue
    }
    rounds.drop(due.jobId)
    if (given !== 'moved-on') offer(deps, given)
  }
}

const placeOf = ({ nodeId, place }: Due): string => `${nodeId} ${place}`

async function give(
  deps: DueDeps,
  due: Due,
  { node, full }: { readonly node: KnownNode | undefined; readonly full: ReadonlySet<string> },
): Promise<Lease | 'full' | 'moved-on' | 'away'> {
  if (!node?.online || !node.ready) return 'away'
  return full.has(placeOf(due)) ? 'full' : leaseJob(deps, { jobId: due.jobId, capabilities: node.capabilities })
}

function offer({ renewals, push }: DueDeps, lease: Lease): void {
  renewals.renew(lease.leaseId)
  push.lease(lease.plan.nodeId, lease)
}

/** A job whose window has opened no longer waits for its window: it says so, without a new plan. */
async function explainDelay(deps: JobDeps, jobId: string): Promise<void> {
  const isToldStill = async (db: Db | Tx) => {
    const job = await createJobsStore(db).get(jobId)
    return job?.reason === 'waiting.window' && job.plan && fromIso(job.plan.window.from) - deps.clock.now() <= LEASE_LEAD_MS ? { ...job, plan: job.plan } : null
  }
  if (!(await isToldStill(deps.db))) return
  await transact(deps.db, async (tx) => {
    const job = await isToldStill(tx)
    if (job) await changeJob(deps, tx, { job, change: { type: 'planned', ...explainWindow(job.plan, { now: deps.clock.now(), hasRun: false }) } })
  })
}
