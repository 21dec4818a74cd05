/** A month of a node's money, for tests. */
import { toIso } from '../units.ts'
import type { LedgerStatement, LedgerTransactionView } from './ledger.ts'

const NODE = `node:${'n'.repeat(43)}`
const account = (name: string, asset: 'micro-usd' | 'micro-eur-credits' = 'micro-usd') => ({ account: `${NODE}:${name}`, asset })

/** What was booked for a node until `now`: pay, a payout, credits. */
export const someEntries = (now: number): LedgerTransactionView[] => [
  {
    transactionId: 'close:job-7',
    kind: 'close',
    at: toIso(now - 172_800_000),
    note: null,
    transfers: [
      { from: 'job:job-7:reserved', to: `${NODE}:confirmed`, asset: 'micro-usd', amount: '28100' },
      { from: 'job:job-7:reserved', to: 'platform:revenue', asset: 'micro-usd', amount: '4958' },
      { from: 'job:job-7:reserved', to: 'requester::prepaid', asset: 'micro-usd', amount: '16942' },
    ],
  },
  {
    transactionId: 'payout-planned:payout-31',
    kind: 'payout-planned',
    at: toIso(now - 86_400_000),
    note: null,
    transfers: [{ from: `${NODE}:confirmed`, to: `${NODE}:paying`, asset: 'micro-usd', amount: '20000' }],
  },
  {
    transactionId: 'credit:receipt-9',
    kind: 'credit',
    at: toIso(now - 3_600_000),
    note: null,
    transfers: [
      { from: 'external:credits', to: `${NODE}:credits-pending`, asset: 'micro-eur-credits', amount: '12500' },
      { from: 'external:credits', to: 'community:fund:credits-pending', asset: 'micro-eur-credits', amount: '5357' },
    ],
  },
]

/** The statement that these entries are. */
export const statementAt = (now: number, changes: Partial<LedgerStatement> = {}): LedgerStatement => {
  const month = changes.month ?? toIso(now).slice(0, 7)
  const [year = 0, number = 1] = month.split('-').map(Number)
  return {
    owner: NODE,
    month,
    from: toIso(Date.UTC(year, number - 1)),
    until: toIso(Date.UTC(year, number)),
    opening: [
      { ...account('confirmed'), amount: '100000' },
      { ...account('paying'), amount: '0' },
      { ...account('credits-pending', 'micro-eur-credits'), amount: '0' },
    ],
    closing: [
      { ...account('confirmed'), amount: '108100' },
      { ...account('paying'), amount: '20000' },
      { ...account('credits-pending', 'micro-eur-credits'), amount: '12500' },
    ],
    items: someEntries(now).map(({ transfers, ...line }) => ({
      ...line,
      changes: transfers.flatMap(({ from, to, asset, amount }) => [
        ...(from.startsWith(NODE) ? [{ account: from, asset, amount: `-${amount}` }] : []),
        ...(to.startsWith(NODE) ? [{ account: to, asset, amount }] : []),
      ]),
    })),
    next: null,
    ...changes,
  }
}
