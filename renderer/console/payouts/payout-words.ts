import type { PayoutBatchView } from '../../../shared/contract/payout-admin.ts'
import type { PayoutView } from '../../../shared/contract/payout.ts'
import type { Word } from '../../lib/words.ts'
import { word } from '../words.ts'

const STATE: Readonly<Record<PayoutView['state'], Word>> = {
  planned: word('plain', 'ring', 'Planned'),
  signed: word('slate', 'half', 'Signed'),
  sent: word('slate', 'arrow', 'Sent'),
  confirmed: word('slate', 'arrow', 'Confirmed'),
  finalized: word('leaf', 'check', 'Final'),
  failed: word('madder', 'cross', 'Failed'),
}
export const payoutWord = (state: PayoutView['state']): Word => STATE[state]
export const PAYOUT_STATES = Object.keys(STATE) as readonly PayoutView['state'][]

export const BATCH_KIND: Readonly<Record<PayoutBatchView['kind'], string>> = { payout: 'Payouts', anchor: 'Anchor of the log', lane: 'Lane for payouts' }

/** How many still have to approve a batch. */
export const approvalsMissing = ({ approvalsNeeded, approvedBy }: Pick<PayoutBatchView, 'approvalsNeeded' | 'approvedBy'>): number =>
  Math.max(0, approvalsNeeded - approvedBy.length)

/** What a batch pays each owner in the mean, micro-USD as decimal text. */
export const meanOf = ({ microUsd, recipients }: Pick<PayoutBatchView, 'microUsd' | 'recipients'>): string =>
  recipients === 0 ? '0' : (BigInt(microUsd) / BigInt(recipients)).toString()
