import type { MonthEstimate } from '../../shared/contract/first-run.ts'
import type { Earning, EarningSum, MoneyDay, MoneyView } from '../../shared/contract/money.ts'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import type { Slot } from '../../shared/domain/signal.ts'
import { type Tariff, describeTariff } from '../../shared/domain/tariff.ts'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { type Outgoing, type Stretch, partsOf, stretchesOf } from './money/allot.ts'
import { DAY_MS, type MeteredRun, costOfRun, dayOf, splitAtDays } from './money/electricity.ts'
import { LEAST_DAYS, MOST_DAYS, expectFrom } from './money/expect.ts'
import { type WorkedDay, monthFrom } from './money/month.ts'
import type { EarnedRow, MoneyStore } from './money/money.store.ts'
import { sumOf } from './money/sum.ts'
import type { OwnerTariff } from './owner-tariff.ts'
import type { FactsStore } from './sync/facts.store.ts'

export interface MoneyDeps {
  readonly store: MoneyStore
  readonly facts: Pick<FactsStore, 'earnedSince' | 'payoutTotals' | 'receipt'>
  readonly tariff: OwnerTariff
  /** What a kWh has cost in the owner's zone since then, epoch milliseconds, as far as anybody has said. */
  readonly pastPrices: (tariff: Tariff, since: number) => readonly Slot[]
  readonly clock: Pick<Clock, 'now'>
}

interface MoneyPage {
  readonly after: string | null
  readonly limit: number
  readonly payoutId: string | null
}

export interface Money {
  readonly view: () => MoneyView
  /** What a month may leave at so many hours of work a day; `null` while too little is known. */
  readonly monthAt: (hoursPerDay: number) => MonthEstimate['net']
  /** Newest first; nothing of a payout that failed, or that this machine does not know. */
  readonly list: (page: MoneyPage) => Earning[]
  /** Error: `not-found`. */
  readonly sum: (earningId: string) => EarningSum
}

/** Days shown, and days that predictions look back on. */
const SHOWN_DAYS = 31
const REMEMBERED_DAYS = 77

/** Everything the window says of the owner's money, from what the coordinator has told this machine and what was metered here. */
export function createMoney(deps: MoneyDeps): Money {
  return {
    view: () => viewOf(deps),
    monthAt: (hoursPerDay) => monthFrom(workedDays(deps), hoursPerDay),
    list: (page) => earningsOf(deps.store, page),
    sum: (earningId) => explain(deps, earningId),
  }
}

type Placed = Outgoing & Stretch

function earningsOf(store: MoneyStore, { after, limit, payoutId }: MoneyPage): Earning[] {
  const payouts = stretchesOf(store.outgoing())
  const wanted = payoutId === null ? null : payouts.find((payout) => payout.payoutId === payoutId)
  // A payout that failed holds nothing any more.
  if (wanted === undefined) return []
  const rows = wanted ? store.pageWithin(wanted, after, limit) : store.page(after, limit)
  return place(store, rows, payouts)
}

const inStream = ({ state, microUsd }: EarnedRow): boolean => state === 'confirmed' && microUsd > 0n

/** Tells of rows that follow each other, the newest first, where their money is. */
function place(store: MoneyStore, rows: readonly EarnedRow[], payouts: readonly Placed[]): Earning[] {
  const oldest = rows.at(-1)
  let before = oldest ? store.streamBefore(oldest) : 0n
  const placed = rows.toReversed().map((row): Earning => {
    const earning = earningAt(row, before, payouts)
    if (inStream(row)) before += row.microUsd
    return earning
  })
  return placed.toReversed()
}

/** `before`: confirmed money that came before it. */
function earningAt(row: EarnedRow, before: bigint, payouts: readonly Placed[]): Earning {
  const { state, at, microUsd, ...named } = row
  const parts = inStream(row) ? partsOf({ from: before, to: before + microUsd }, payouts) : [{ state, microUsd: String(microUsd), payoutId: null }]
  return { ...named, microUsd: String(microUsd), at: toIso(at), parts }
}

function explain({ store, facts, tariff, pastPrices }: MoneyDeps, earningId: string): EarningSum {
  const row = store.earning(earningId)
  if (!row) throw new WindfallError('not-found', 'This machine knows of no such earning. It may belong to another machine of yours.')
  const bundle: ReceiptBundle | null = facts.receipt(row.receiptId)
  const runs = store.runsOfReceipt(row.receiptId)
  const now = tariff.current()
  const since = Math.min(...runs.map(({ from }) => from))
  return {
    earning: earningAt(row, store.streamBefore(row), stretchesOf(store.outgoing())),
    ...sumOf({ booked: row.microUsd, price: store.leaseOfJob(row.jobId)?.spec.price ?? null, bundle }),
    electricity: runs.length === 0 ? null : electricityOf(runs, now && { tariff: now, series: pastPrices(now, since) }),
  }
}

function electricityOf(runs: readonly MeteredRun[], priced: { readonly tariff: Tariff; readonly series: readonly Slot[] } | null) {
  const costs = runs.map((run) => priced && costOfRun(priced.tariff, priced.series, run))
  return {
    joules: runs.reduce((sum, { joules }) => sum + joules, 0),
    costMinor: costs.includes(null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    estimated: runs.some(({ estimated }) => estimated),
  }
}

interface Days {
  /** Whole days since the first job, the oldest first, then today. */
  readonly days: readonly MoneyDay[]
  readonly estimated: boolean
}

function daysOf({ store, tariff: owner, pastPrices, clock }: MoneyDeps): Days {
  const today = clock.now() - (clock.now() % DAY_MS)
  const first = store.firstJobAt() ?? today
  const start = Math.max(today - REMEMBERED_DAYS * DAY_MS, first - (first % DAY_MS))
  const tariff = owner.current()
  const series = tariff ? pastPrices(tariff, start) : []
  const confirmed = store.confirmedByDay(start)
  const runs = Map.groupBy(store.runsSince(start).flatMap(splitAtDays), ({ from }) => from - (from % DAY_MS))
  const count = Math.max(1, (today - start) / DAY_MS + 1)
  const days = Array.from({ length: count }, (_, index) => {
    const from = start + index * DAY_MS
    return dayOf({ from, confirmed: confirmed.get(from / DAY_MS) ?? 0n, runs: runs.get(from) ?? [], tariff, series })
  })
  return { days, estimated: [...runs.values()].flat().some(({ estimated }) => estimated) }
}

/** Every day's net, if there is none of which it is not known. */
function netsOf(days: readonly MoneyDay[]): readonly number[] | null {
  const nets = days.map(({ netMinor }) => netMinor)
  return nets.includes(null) ? null : nets.map((net) => net ?? 0)
}

/** Whole days with their net and the hours that jobs ran; none if the net of one is not known. */
function workedDays(deps: MoneyDeps): WorkedDay[] {
  const whole = daysOf(deps).days.slice(0, -1)
  const [nets, first] = [netsOf(whole), whole[0]]
  if (!nets || !first) return []
  const runs = Map.groupBy(deps.store.runsSince(Date.parse(first.day)).flatMap(splitAtDays), ({ from }) => from - (from % DAY_MS))
  const hoursOn = (day: string) => (runs.get(Date.parse(day)) ?? []).reduce((sum, { from, to }) => sum + (to - from) / 3_600_000, 0)
  return whole.map(({ day }, index) => ({ net: nets[index] ?? 0, hours: hoursOn(day) }))
}

function outlookOf(days: readonly MoneyDay[]): MoneyView['outlook'] {
  const whole = days.slice(0, -1)
  const nets = netsOf(whole)
  return {
    knownDays: whole.length,
    neededDays: LEAST_DAYS,
    fromDays: Math.min(MOST_DAYS, whole.length),
    gross: expectFrom(
      whole.map(({ confirmedMicroUsd }) => Number(confirmedMicroUsd)),
      0,
    ),
    net: nets && expectFrom(nets),
  }
}

function viewOf(deps: MoneyDeps): MoneyView {
  const { facts, tariff: owner } = deps
  const [all, paid] = [facts.earnedSince(0), facts.payoutTotals()]
  const waiting = all.confirmed - paid.inFlightMicroUsd - paid.paidMicroUsd
  const { days, estimated } = daysOf(deps)
  const tariff = owner.current()
  return {
    totals: {
      accrued: String(all.accrued),
      confirmed: String(waiting),
      paying: String(paid.inFlightMicroUsd),
      paid: String(paid.paidMicroUsd),
    },
    paidLamports: String(paid.paidLamports),
    days: days.slice(-SHOWN_DAYS).toReversed(),
    estimated,
    tariff: tariff && { tariff, words: describeTariff(tariff), setBy: owner.setBy(), assumed: assumedOf(tariff) },
    outlook: outlookOf(days),
  }
}

const assumedOf = (tariff: Tariff): string | null =>
  tariff.kind === 'zone' ? 'Assumed: that your supplier charges the published retail price of your zone, half hour by half hour.' : null
