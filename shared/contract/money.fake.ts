/** An owner's money on one afternoon, for tests: what an agent and its coordinator would say at `NOW`. */
import { toIso } from '../units.ts'
import type { LedgerStatement, NodeBalances } from './ledger.ts'
import type { Earning, EarningSum, Expected, MoneyDay, MoneyView } from './money.ts'
import type { PayoutClaim, PayoutQuote } from './payout.ts'
import { WALLET, someTerms } from './terms.fake.ts'
import { someEntries, statementAt } from './statement.fake.ts'
import type { WalletLink, WalletView } from './wallet.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export { WALLET }
export const OTHER_WALLET = 'Gh9ZwEmdLJ8DscKNTkTqPbNwLNNBjuSzaG9Vp2KGtKJr'
const BROUGHT = [
  281_000, 3_240_000, 2_910_000, 3_480_000, 2_050_000, 3_120_000, 3_700_000, 3_340_000, 2_880_000, 3_060_000, 2_400_000, 3_650_000, 2_990_000, 3_110_000,
]

const expected = (scale: number): Expected => ({
  day: { low: 2.4 * scale, high: 3.6 * scale },
  week: { low: 18.2 * scale, high: 25.9 * scale },
  lastWeek: { low: 17.1 * scale, high: 24.8 * scale, was: 21.84 * scale },
  record: { weeks: 6, held: 5 },
})

/** Builders of everything a window is told about money, at a moment. */
export function moneyAt(NOW: number) {
  const at = (ms: number): string => toIso(NOW + ms)
  const aDay = (ago: number): MoneyDay => {
    const microUsd = BROUGHT[ago] ?? 0
    const joules = microUsd * 3.6
    const costMinor = (joules / 3_600_000) * 24.5
    return {
      day: new Date(NOW - ago * DAY).toISOString().slice(0, 10),
      confirmedMicroUsd: String(microUsd),
      runs: 3 + (ago % 4),
      joules,
      costMinor,
      netMinor: (microUsd / 1e6 / 1.27) * 100 - costMinor,
    }
  }

  const someDays = (count = 14): MoneyDay[] => Array.from({ length: count }, (_, ago) => aDay(ago))

  const aMoney = (changes: Partial<MoneyView> = {}): MoneyView => ({
    totals: { accrued: '310000', confirmed: '14720000', paying: '1250000', paid: '203100000' },
    paidLamports: '1421700000',
    days: someDays(),
    estimated: false,
    tariff: {
      tariff: { kind: 'flat', currency: 'GBP', usdPerUnit: 1.27, minorPerKWh: 24.5 },
      words: 'Your electricity costs 0.245 GBP per kWh.',
      setBy: 'window',
      assumed: null,
    },
    outlook: { knownDays: 40, neededDays: 7, fromDays: 14, gross: expected(1_000_000), net: expected(60) },
    ...changes,
  })

  const anEarning = (changes: Partial<Earning> = {}): Earning => ({
    earningId: 'earning-1',
    jobId: 'job-accepted',
    receiptId: 'receipt-1',
    name: 'Image batch 7f3a',
    microUsd: '28100',
    at: at(-2 * HOUR),
    parts: [{ state: 'confirmed', microUsd: '28100', payoutId: null }],
    ...changes,
  })

  const someEarnings = (): Earning[] => [
    anEarning({
      earningId: 'earning-2',
      name: 'Prime gaps to 10⁹',
      microUsd: '123',
      at: at(-20 * MINUTE),
      parts: [{ state: 'accrued', microUsd: '123', payoutId: null }],
    }),
    anEarning(),
    anEarning({
      earningId: 'earning-0',
      jobId: 'job-0',
      name: 'Galaxy cluster fit, block 11',
      microUsd: '1260000',
      at: at(-26 * HOUR),
      parts: [
        { state: 'paying', microUsd: '1250000', payoutId: 'payout-32' },
        { state: 'confirmed', microUsd: '10000', payoutId: null },
      ],
    }),
    anEarning({
      earningId: 'earning-a',
      name: null,
      microUsd: '14100000',
      at: at(-30 * HOUR),
      parts: [{ state: 'paid', microUsd: '14100000', payoutId: 'payout-31' }],
    }),
  ]

  const aSum = (changes: Partial<EarningSum> = {}): EarningSum => ({
    earning: anEarning(),
    price: { microUsdPerHour: '48400', maxMicroUsd: '50000' },
    runs: [
      { proofId: 'proof-1', startedAt: at(-3 * HOUR), endedAt: at(-2 * HOUR - 30 * MINUTE), paidMs: 30 * MINUTE },
      { proofId: 'proof-2', startedAt: at(-2 * HOUR - 29 * MINUTE), endedAt: at(-2 * HOUR - 18 * MINUTE), paidMs: 11 * MINUTE },
    ],
    sum: { priceMicroUsd: '33058', platformMicroUsd: '4958', nodeMicroUsd: '28100' },
    agrees: true,
    electricity: { joules: 432_000, costMinor: 2.94, estimated: false },
    ...changes,
  })

  const someBalances = (changes: Partial<NodeBalances> = {}): NodeBalances => ({
    nodeId: 'n'.repeat(43),
    asOf: at(0),
    accruedMicroUsd: '310000',
    confirmedMicroUsd: '14720000',
    payingMicroUsd: '1250000',
    paidMicroUsd: '203100000',
    credits: { pending: '12500', verified: '48200', redeemed: '0' },
    creditRate: null,
    ...changes,
  })

  const aQuote = (changes: Partial<PayoutQuote> = {}): PayoutQuote => ({
    quoteId: 'quote-1',
    asset: 'sol',
    address: WALLET,
    microUsd: '14720000',
    feeMicroUsd: '750',
    feeLamports: '5000',
    rentMicroUsd: '0',
    rentLamports: '0',
    amount: '98128333',
    rate: '1 SOL = 150.000000 USD, fixed by the operator, 2026-11-21T12:00:00.000Z',
    cluster: 'devnet',
    expiresAt: at(2 * MINUTE),
    ...changes,
  })

  const aClaim = (changes: Partial<PayoutClaim> = {}): PayoutClaim => ({
    claimId: 'quote-1',
    payoutId: 'payout-34',
    quote: aQuote(),
    state: 'planned',
    signature: null,
    feeMicroUsd: '750',
    amount: '98128333',
    createdAt: at(-MINUTE),
    updatedAt: at(-MINUTE),
    ...changes,
  })

  const aLink = (changes: Partial<WalletLink> = {}): WalletLink => ({
    linkId: 'link-1',
    code: 'K7QM-2XRD',
    url: 'https://windfall.example/link/QmFzZTY0dXJsLXNlY3JldC1vZi0zMi1sZXR0',
    reachable: true,
    state: 'waiting',
    address: null,
    expiresAt: at(9 * MINUTE),
    ...changes,
  })

  const aWallet = (changes: Partial<WalletView> = {}): WalletView => ({
    address: WALLET,
    source: 'wallet',
    since: at(-40 * DAY),
    pending: null,
    link: null,
    history: [{ address: WALLET, source: 'wallet', since: at(-40 * DAY) }],
    ...changes,
  })
  const aStatement = (changes: Partial<LedgerStatement> = {}) => statementAt(NOW, changes)

  return {
    aStatement,
    someEntries: () => someEntries(NOW),
    someDays,
    aMoney,
    anEarning,
    someEarnings,
    aSum,
    someBalances,
    someTerms,
    aQuote,
    aClaim,
    aLink,
    aWallet,
  }
}
