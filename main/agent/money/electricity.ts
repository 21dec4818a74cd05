import type { MoneyDay } from '../../../shared/contract/money.ts'
import type { Slot } from '../../../shared/domain/signal.ts'
import { type Tariff, costOf, pricesOver } from '../../../shared/domain/tariff.ts'
import { MICRO_USD_PER_USD } from '../../../shared/units.ts'

/** A run of a job, paid or not: its electricity is bought either way. Half-open, epoch milliseconds. */
export interface MeteredRun {
  readonly from: number
  readonly to: number
  readonly joules: number
  readonly estimated: boolean
}

export const DAY_MS = 86_400_000

/** What the electricity of some metered work cost, in hundredths of the tariff's currency, spread evenly over its time; `null` if a price of it is not known. */
export function costOfRun(tariff: Tariff, series: readonly Slot[], { from, to, joules }: MeteredRun): number | null {
  if (joules === 0) return 0
  const seconds = Math.max(1, to - from) / 1_000
  return costOf(pricesOver(tariff, series, { from, to: from + seconds * 1_000 }), { seconds, watts: joules / seconds }, from)
}

/** The parts of a run that fall on each UTC day. */
export function splitAtDays(run: MeteredRun): MeteredRun[] {
  const parts: MeteredRun[] = []
  for (let from = run.from; from < run.to; ) {
    const to = Math.min(run.to, from - (from % DAY_MS) + DAY_MS)
    parts.push({ ...run, from, to, joules: (run.joules * (to - from)) / (run.to - run.from) })
    from = to
  }
  return parts.length === 0 ? [run] : parts
}

/** Pay in hundredths of the tariff's currency; `null` if nobody has said what that is worth. */
function payMinor({ currency, usdPerUnit }: Tariff, microUsd: bigint): number | null {
  const rate = currency === 'USD' ? 1 : usdPerUnit
  return rate === null ? null : ((Number(microUsd) / Number(MICRO_USD_PER_USD)) * 100) / rate
}

interface DayInput {
  readonly from: number
  readonly confirmed: bigint
  /** Parts of runs on this day. */
  readonly runs: readonly MeteredRun[]
  readonly tariff: Tariff | null
  readonly series: readonly Slot[]
}

/** One UTC day: what it brought, what it used, what that cost, and what is left. */
export function dayOf({ from, confirmed, runs, tariff, series }: DayInput): MoneyDay {
  const costs = runs.map((run) => tariff && costOfRun(tariff, series, run))
  const costMinor = tariff === null || costs.includes(null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0)
  const pay = tariff && payMinor(tariff, confirmed)
  return {
    day: new Date(from).toISOString().slice(0, 10),
    confirmedMicroUsd: String(confirmed),
    runs: runs.length,
    joules: runs.reduce((sum, run) => sum + run.joules, 0),
    costMinor,
    netMinor: pay === null || costMinor === null ? null : pay - costMinor,
  }
}
