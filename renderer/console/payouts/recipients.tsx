import type { PayoutBatchView } from '../../../shared/contract/payout-admin.ts'
import { listHref } from '../address.ts'
import { countOf } from '../picks/each.ts'

/** How many nodes a batch pays; leads to each of them, with its address and its money. */
export const Recipients = ({ batch: { batchId, recipients } }: { readonly batch: Pick<PayoutBatchView, 'batchId' | 'recipients'> }) =>
  recipients === 0 ? (
    <>0</>
  ) : (
    <a href={listHref('payouts', { list: 'payouts', batch: batchId })} aria-label={`${countOf(recipients, 'payout')} of batch ${batchId}`}>
      {recipients}
    </a>
  )
