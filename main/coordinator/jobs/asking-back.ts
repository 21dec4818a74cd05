import type { YieldReason } from '../../../shared/contract/job.ts'
import type { Db } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import type { Renewals } from './leases.ts'
import type { Push } from './ports.ts'

export interface AskBackDeps {
  readonly db: Db
  readonly push: Pick<Push, 'yield'>
  readonly renewals: Renewals
}

/** Asks the node that runs a job to save where it is and end, now and whenever it reports that it still runs. One that does not run is left alone. */
export async function askBack({ db, push, renewals }: AskBackDeps, leaseId: string, reason: YieldReason): Promise<void> {
  const attempt = await createAttemptsStore(db).byLease(leaseId)
  if (attempt?.state !== 'running') return
  renewals.askBack(leaseId, reason)
  push.yield(attempt.nodeId, { leaseId, reason })
}
