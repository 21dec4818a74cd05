import type { CommunityFundView, DisputeView, LedgerCheck, LedgerTransactionView } from '../../../shared/contract/ledger.ts'
import type { RequesterView } from '../../../shared/contract/requester.ts'
import { HOUR, at } from '../../lib/afternoon.fake.ts'
import type { FakeHandlers } from '../console.fake.tsx'

export const NODE = `n${'7'.repeat(42)}`

export const aCheck = (changes: Partial<LedgerCheck> = {}): LedgerCheck => ({
  balanced: true,
  sums: [
    { asset: 'micro-usd', sum: '0' },
    { asset: 'lamports', sum: '0' },
  ],
  entries: 12_345,
  confirmedMicroUsd: '9412200000',
  paidMicroUsd: '8870110000',
  paidLamports: '59134066666',
  periods: 2,
  chain: [{ asset: 'lamports', address: 'A'.repeat(44), onChain: '4200000000', inBooks: '4200000000', underWay: '0' }],
  findings: [],
  ...changes,
})

export const aTransaction = (changes: Partial<LedgerTransactionView> = {}): LedgerTransactionView => ({
  transactionId: 'close:job-1',
  kind: 'close',
  at: at(-HOUR),
  note: null,
  transfers: [
    { from: 'job:job-1:reserved', to: `node:${NODE}:confirmed`, asset: 'micro-usd', amount: '510000' },
    { from: 'job:job-1:reserved', to: 'platform:revenue', asset: 'micro-usd', amount: '90000' },
    { from: 'job:job-1:reserved', to: 'requester:studio-1:prepaid', asset: 'micro-usd', amount: '400000' },
  ],
  ...changes,
})

const aRequester = (changes: Partial<RequesterView> = {}): RequesterView => ({
  requesterId: 'studio-1',
  name: 'Studio One',
  weight: 100,
  createdAt: at(-24 * HOUR),
  balanceMicroUsd: '300000000',
  ...changes,
})

const aDispute = (changes: Partial<DisputeView> = {}): DisputeView => ({
  jobId: 'job-1',
  openedAt: at(-HOUR),
  heldMicroUsd: '600000',
  reason: 'Result looks wrong',
  held: [{ from: `node:${NODE}:confirmed`, to: 'dispute:job-1:held', asset: 'micro-usd', amount: '510000' }],
  decided: null,
  ...changes,
})

const FUND: CommunityFundView = {
  credits: { pending: '1000000', verified: '20000000', redeemed: '0' },
  spentMicroUsd: '0',
  creditRate: { microUsdPerEur: '1080000', source: 'ECB, 20 November 2026' },
}

/** A coordinator with these books. */
export const ledgerHandlers = (transactions: readonly LedgerTransactionView[] = [aTransaction()]): FakeHandlers => ({
  checkLedger: () => aCheck(),
  listTransactions: () => ({ items: [...transactions], next: null }),
  getEntries: () => ({ transactions: [...transactions] }),
  listRequesters: () => ({ items: [aRequester()], next: null }),
  listDisputes: () => ({ items: [aDispute()], next: null }),
  getCommunityFund: () => FUND,
  getStatement: ({ owner, month }) => ({
    owner: owner ?? 'requester:requester-1',
    month,
    from: `${month}-01T00:00:00.000Z`,
    until: at(0),
    opening: [{ account: 'requester:requester-1:prepaid', asset: 'micro-usd', amount: '1000000' }],
    closing: [{ account: 'requester:requester-1:prepaid', asset: 'micro-usd', amount: '1400000' }],
    items: [
      {
        transactionId: 'close:job-1',
        kind: 'close',
        at: at(-HOUR),
        note: null,
        changes: [{ account: 'requester:requester-1:prepaid', asset: 'micro-usd', amount: '400000' }],
      },
    ],
    next: null,
  }),
})
