import type { YieldReason } from '../../../shared/contract/job.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import type { Push } from './ports.ts'

export interface AskBackDeps {
  readonly db: Db
  readonly push: Pick<Push, 'yield'>
}

/** Asks the node that runs a job to save where it is and end, now and whenever it reports that it still runs. One that does not run is left alone. */
export async function askBack({ db, push }: AskBackDeps, leaseId: string, reason: YieldReason): Promise<void> {
  const nodeId = await transact(db, async (tx) => {
    const attempts = createAttemptsStore(tx)
    const attempt = await attempts.byLease(leaseId)
    if (attempt?.state !== 'running') return null
    await attempts.update(attempt.attemptId, { askedBack: reason })
    return attempt.nodeId
  })
  if (nodeId !== null) push.yield(nodeId, { leaseId, reason })
}
