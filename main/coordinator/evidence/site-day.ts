import { BASELINE, type Dispatch, type EvidencePeriod, baselineOf } from '../../../shared/domain/settlement-evidence.ts'
import { isWeekend, settlementDateOf, settlementPeriodStart } from '../../../shared/domain/settlement-period.ts'
import { HALF_HOUR_MS, JOULES_PER_KWH, toIso } from '../../../shared/units.ts'

/** Epoch milliseconds, half-open. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

export interface SiteHistory {
  /** `YYYY-MM-DD` of London. */
  readonly date: string
  readonly now: number
  /** When the site was first metered; `null` if it never was. */
  readonly firstMeteredAt: number | null
  /** Joules by the start of their half-hour. */
  readonly joulesAt: ReadonlyMap<number, number>
  /** When jobs ran of which nothing is proven, or not yet. */
  readonly unproven: readonly Stretch[]
  /** When work was moved. */
  readonly events: readonly Stretch[]
  readonly readsAt: ReadonlyMap<number, EvidencePeriod['receipts']>
  readonly dispatch: readonly (Stretch & { readonly entry: Dispatch })[]
}

export interface SiteDay {
  readonly eventDay: boolean
  readonly comparableDays: readonly string[]
  readonly periods: readonly EvidencePeriod[]
}

const DAY_MS = 86_400_000
const overlap = (a: Stretch, b: Stretch): boolean => a.from < b.to && b.from < a.to

/** All of a settlement day. Error: `RangeError` for what is no day. */
export function dayOf(date: string): Stretch {
  const [from, to] = [settlementPeriodStart(date, 1), settlementPeriodStart(daysBefore(date, -1), 1)]
  if (from === null || to === null) throw new RangeError(`${date} is no day`)
  return { from, to }
}

const daysBefore = (date: string, days: number): string => new Date(Date.parse(`${date}T12:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10)

/** The days of {@link BASELINE}, newest first. */
function comparableDays({ date, firstMeteredAt, unproven, events }: SiteHistory): string[] {
  if (firstMeteredAt === null) return []
  const first = settlementDateOf(firstMeteredAt)
  const days = Array.from({ length: BASELINE.lookBackDays }, (_, index) => daysBefore(date, index + 1))
  const isComparable = (day: string): boolean => {
    const all = dayOf(day)
    const isUsual = all.to - all.from === 48 * HALF_HOUR_MS && isWeekend(day) === isWeekend(date) && day > first
    return isUsual && ![...unproven, ...events].some((stretch) => overlap(stretch, all))
  }
  return days.filter(isComparable).slice(0, BASELINE.days)
}

const kWhAt = ({ joulesAt }: SiteHistory, start: number): number => (joulesAt.get(start) ?? 0) / JOULES_PER_KWH

function missesOf({ unproven, now }: SiteHistory, period: Stretch): string | null {
  if (period.to > now) return 'the period is not over'
  const missing = unproven.filter((run) => overlap(run, period)).length
  return missing === 0 ? null : `${missing} ${missing === 1 ? 'run is' : 'runs are'} not proven, or not yet`
}

function whyNoBaseline(site: SiteHistory, history: readonly number[], days: readonly string[]): string | null {
  if (history.length >= BASELINE.atLeast) return null
  if (site.firstMeteredAt === null) return 'the site was never metered'
  if (days.length < BASELINE.atLeast) return `only ${days.length} comparable days, and ${BASELINE.atLeast} are needed`
  return 'comparable days have no period of this number'
}

function periodOf(site: SiteHistory, days: readonly string[], number: number): EvidencePeriod[] {
  const from = settlementPeriodStart(site.date, number)
  if (from === null) return []
  const period = { from, to: from + HALF_HOUR_MS }
  const starts = days.map((day) => settlementPeriodStart(day, number)).filter((start): start is number => start !== null)
  const history = starts.map((start) => kWhAt(site, start))
  const [meteredKWh, meteredMisses, baselineKWh] = [kWhAt(site, from), missesOf(site, period), baselineOf(history)]
  return [
    {
      period: number,
      from: toIso(from),
      to: toIso(period.to),
      meteredKWh,
      meteredMisses,
      history,
      baselineKWh,
      noBaseline: whyNoBaseline(site, history, days),
      deviationKWh: baselineKWh === null || meteredMisses !== null ? null : baselineKWh - meteredKWh,
      receipts: [...(site.readsAt.get(from) ?? [])],
      dispatch: site.dispatch.filter((one) => overlap(one, period)).map(({ entry }) => entry),
    },
  ]
}

/** The settlement periods of a day: 48, or 46 and 50 when the clocks change. */
export function siteDay(site: SiteHistory): SiteDay {
  const days = comparableDays(site)
  const all = dayOf(site.date)
  return {
    eventDay: site.events.some((event) => overlap(event, all)),
    comparableDays: days,
    periods: Array.from({ length: 50 }, (_, index) => periodOf(site, days, index + 1)).flat(),
  }
}
