import type { PayoutBatchView, PayoutStatus } from '../../../shared/contract/payout-admin.ts'
import type { PayoutView } from '../../../shared/contract/payout.ts'
import { HOUR, at } from '../../lib/afternoon.fake.ts'
import type { FakeHandlers } from '../console.fake.tsx'

export const NODE = `n${'7'.repeat(42)}`
export const SIGNATURE = '5'.repeat(88)
const ADDRESS = 'A'.repeat(44)

export const aStatus = (changes: Partial<PayoutStatus> = {}): PayoutStatus => ({
  cluster: 'devnet',
  hotWallet: ADDRESS,
  paused: null,
  trouble: null,
  purses: [{ asset: 'sol', balance: '4200000000', booked: '4200000000', inFlight: '1000000' }],
  refill: { needed: false, message: 'The hot wallet holds enough.' },
  waiting: { claims: 2, approvals: 1, open: 3 },
  caps: {
    hour: { usedMicroUsd: '12000000', maxMicroUsd: '500000000' },
    day: { usedMicroUsd: '250000000', maxMicroUsd: '1000000000' },
    recipientDayMicroUsd: '100000000',
    approvalAboveMicroUsd: '1000000000',
  },
  ...changes,
})

export const aBatch = (changes: Partial<PayoutBatchView> = {}): PayoutBatchView => ({
  batchId: 'batch-32',
  kind: 'payout',
  asset: 'sol',
  state: 'planned',
  recipients: 412,
  amount: '34032000000',
  microUsd: '5104770000',
  memo: 'windfall:1',
  rate: '1 SOL = $150.00, fixed',
  approvalsNeeded: 2,
  approvedBy: [],
  signature: null,
  attempts: 0,
  failure: null,
  createdAt: at(-HOUR),
  updatedAt: at(-HOUR),
  ...changes,
})

export const aPayout = (changes: Partial<PayoutView> = {}): PayoutView => ({
  payoutId: 'payout-1',
  nodeId: NODE,
  address: ADDRESS,
  asset: 'sol',
  amount: '98000000',
  lamports: '98000000',
  microUsd: '14720000',
  feeMicroUsd: '0',
  rentMicroUsd: '0',
  claimId: null,
  rate: '1 SOL = $150.00, fixed',
  state: 'finalized',
  signature: SIGNATURE,
  cluster: 'devnet',
  attempts: 1,
  createdAt: at(-HOUR),
  updatedAt: at(-HOUR),
  ...changes,
})

interface Payouts {
  readonly status?: PayoutStatus
  readonly waiting?: readonly PayoutBatchView[]
  readonly payouts?: readonly PayoutView[]
}

/** A coordinator whose hot wallet stands like this. */
export const payoutHandlers = ({ status = aStatus(), waiting = [], payouts = [aPayout()] }: Payouts = {}): FakeHandlers => ({
  getPayoutStatus: () => status,
  listPayoutBatches: (asked) => ({
    items: asked.waiting ? [...waiting] : [aBatch({ batchId: 'batch-31', state: 'finalized', signature: SIGNATURE })],
    next: null,
  }),
  listPayouts: () => ({ items: [...payouts], next: null }),
})
