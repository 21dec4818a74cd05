import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { PayoutBatchView, payoutAdminCalls } from '../../../shared/contract/payout-admin.ts'
import { each } from '../../../shared/contract/several.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { createBatchesStore } from './batches.store.ts'
import { createPauseStore } from './control.store.ts'
import type { PayoutDeps } from './deps.ts'
import { listPayouts } from './listing.store.ts'
import { giveBack } from './outcome.ts'
import { STOP_FILE } from './pause.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { rebuild } from './rebuild.ts'
import { statusOf } from './status.ts'

type Calls = typeof payoutAdminCalls
type Out<K extends keyof Calls> = Promise<OutputOf<Calls[K]>>

/** A batch that waits for approval. Errors: `not-found`, `conflict`. */
async function heldBatch(tx: Tx, batchId: string): Promise<PayoutBatchView> {
  const batch = await createBatchesStore(tx).view(batchId)
  if (!batch) throw new WindfallError('not-found', `There is no batch ${batchId}. See those that wait: windfall payout batches --waiting`)
  if (batch.approvalsNeeded > 0 && batch.state === 'planned') return batch
  throw new WindfallError(
    'conflict',
    `Batch ${batchId} does not wait for an approval: it is ${batch.approvalsNeeded === 0 ? 'small enough to go without' : batch.state}.`,
  )
}

/** What operators do about payouts; each is in the decision log with who did it. */
export function createPayoutAdmin(deps: PayoutDeps, troubleOf: () => string | null) {
  const { db, clock, decide, events } = deps
  const status = (): Out<'getPayoutStatus'> => statusOf(deps, troubleOf())
  const viewAfter = async (batchId: string): Promise<PayoutBatchView> => (await createBatchesStore(db).view(batchId)) as PayoutBatchView
  return {
    status,
    pause: async (by: string, { reason }: InputOf<Calls['pausePayouts']>): Out<'pausePayouts'> => {
      await transact(db, async (tx) => {
        await createPauseStore(tx).set({ reason, by, since: clock.now() })
        await decide(tx, 'payout.paused', { reason, by })
      })
      events.paused(reason)
      return status()
    },
    resume: async (by: string): Out<'resumePayouts'> => {
      if (deps.isStopped())
        throw new WindfallError('conflict', `The file ${STOP_FILE} in the coordinator’s data directory stops payouts. Remove it, then resume.`)
      await transact(db, async (tx) => {
        if (!(await createPauseStore(tx).get())) return
        await createPauseStore(tx).clear()
        await decide(tx, 'payout.resumed', { by })
      })
      events.paused(null)
      return status()
    },
    /** Of every node. */
    list: (page: Parameters<typeof listPayouts>[1]) => listPayouts(db, page),
    batches: (page: InputOf<Calls['listPayoutBatches']>): Out<'listPayoutBatches'> =>
      createBatchesStore(db).list({ ...page, states: each<PayoutBatchView['state']>(page.state), kinds: each<PayoutBatchView['kind']>(page.kind) }),
    approve: async (by: string, { batchId }: InputOf<Calls['approvePayout']>): Out<'approvePayout'> => {
      await transact(db, async (tx) => {
        await heldBatch(tx, batchId)
        if ((await createBatchesStore(tx).approve(batchId, by, clock.now())) === 'approved') await decide(tx, 'payout.approved', { batchId, by })
      })
      return viewAfter(batchId)
    },
    reject: async (by: string, { batchId, reason }: InputOf<Calls['rejectPayout']>): Out<'rejectPayout'> => {
      await transact(db, async (tx) => {
        await heldBatch(tx, batchId)
        const batch = (await createPayoutsStore(tx).openBatches()).find(({ id }) => id === batchId)
        const why = `An operator did not approve it: ${reason}`
        if (!batch || !(await createPayoutsStore(tx).moveBatch({ id: batchId, from: 'planned', to: 'failed', at: clock.now(), failure: why })))
          throw new WindfallError('conflict', `Batch ${batchId} is on its way already.`)
        await giveBack(tx, deps, { batch, reason: why, signature: null })
        await decide(tx, 'payout.rejected', { batchId, reason, by })
      })
      return viewAfter(batchId)
    },
    rebuild: (by: string, order: InputOf<Calls['rebuildPayouts']>): Out<'rebuildPayouts'> => rebuild(deps, order, by),
  }
}
