import type { Lease } from '../../../shared/contract/job.ts'
import { priceOf, splitPrice } from '../../../shared/domain/pay.ts'
import type { Slot } from '../../../shared/domain/signal.ts'
import { type NetEarnings, type Tariff, type Work, describeNet, netEarnings, pricesOver } from '../../../shared/domain/tariff.ts'
import { OUTLOOK_MS } from './outlook.ts'
import type { Rule } from './rule.ts'

/** How a figure is got, said wherever it is shown. */
export const NET_METHOD =
  'An estimate: what the job is expected to pay this machine, less its expected time and watts at the price of those hours; sunshine of your own counts as bought.'

/** What a job is expected to take, and to pay the node. */
export function workOf({ spec: { expected, price } }: Pick<Lease, 'spec'>): Work {
  return { ...expected, microUsd: splitPrice(priceOf(price, expected.seconds * 1_000)).node }
}

export interface EarningQuery {
  readonly tariff: Tariff
  /** Retail prices of the zone, as far as they are known. */
  readonly series: readonly Slot[]
  readonly work: Work
  readonly now: number
}

/** What is left if the job starts at a moment within the next 48 hours; `null` if a price or the exchange rate is not known. */
export function earningsAt({ tariff, series, work, now }: EarningQuery): {
  readonly prices: readonly Slot[]
  readonly at: (from: number) => NetEarnings | null
} {
  const prices = pricesOver(tariff, series, { from: now, to: now + OUTLOOK_MS + work.seconds * 1_000 })
  return { prices, at: (from) => netEarnings(tariff, prices, { work, from }) }
}

/** “Only when it earns more than it costs”, as one of the rules of a start. What is not known counts against it. */
export function earningRule(query: EarningQuery): Rule {
  const { tariff, work } = query
  const { prices, at: netAt } = earningsAt(query)
  const ms = work.seconds * 1_000
  const unknown =
    tariff.currency !== 'USD' && tariff.usdPerUnit === null
      ? `Windfall does not know what 1 ${tariff.currency} is worth, so it cannot tell whether this job earns more than it costs. Set usdPerUnit of your tariff.`
      : 'The price of electricity is not known for all of that time, so nobody can tell whether this job earns more than it costs.'
  return {
    against(at) {
      const net = netAt(at)
      if (net === null) return { code: 'tariff', message: unknown, until: null }
      return net.netMinor > 0
        ? null
        : { code: 'tariff', message: `This job would not earn more than its electricity costs: ${describeNet(net, tariff.currency)}.`, until: null }
    },
    // What a run costs bends where it begins or ends in another price.
    edges: prices.flatMap(({ from, to }) => [from, to, from - ms, to - ms]),
  }
}
