/** What an owner has earned on one afternoon, for tests. */
import { toIso } from '../units.ts'
import type { Earning, EarningSum, Expected, MoneyDay, MoneyView } from './money.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const BROUGHT = [
  281_000, 3_240_000, 2_910_000, 3_480_000, 2_050_000, 3_120_000, 3_700_000, 3_340_000, 2_880_000, 3_060_000, 2_400_000, 3_650_000, 2_990_000, 3_110_000,
]

const expected = (scale: number): Expected => ({
  day: { low: 2.4 * scale, high: 3.6 * scale },
  week: { low: 18.2 * scale, high: 25.9 * scale },
  lastWeek: { low: 17.1 * scale, high: 24.8 * scale, was: 21.84 * scale },
  record: { weeks: 6, held: 5 },
})

/** Builders of what an agent says of earnings at a moment. */
export function earningsAt(NOW: number) {
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
  return { someDays, aMoney, anEarning, someEarnings, aSum }
}
