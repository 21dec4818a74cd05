import type { Earning, MoneyState } from '../../../shared/contract/money.ts'

/** A payout that has not failed, in the order in which they were planned. */
export interface Outgoing {
  readonly payoutId: string
  readonly state: Extract<MoneyState, 'paying' | 'paid'>
  readonly microUsd: bigint
}

/** Where in the stream of confirmed money an amount lies: after so much of it, up to so much. */
export interface Stretch {
  readonly from: bigint
  readonly to: bigint
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** What each payout takes of the stream: money leaves in the order in which it came. */
export function stretchesOf(payouts: readonly Outgoing[]): (Outgoing & Stretch)[] {
  let taken = 0n
  return payouts.map((payout) => {
    const from = taken
    taken += payout.microUsd
    return { ...payout, from, to: taken }
  })
}

/** What became of one stretch of confirmed money: the payouts that it is in, and what waits for one. The parts add up to it. */
export function partsOf({ from, to }: Stretch, payouts: readonly (Outgoing & Stretch)[]): Earning['parts'] {
  const gone = payouts.flatMap((payout) => {
    const amount = smaller(to, payout.to) - larger(from, payout.from)
    return amount > 0n ? [{ state: payout.state, microUsd: String(amount), payoutId: payout.payoutId }] : []
  })
  const waiting = to - larger(from, smaller(to, payouts.at(-1)?.to ?? 0n))
  return waiting > 0n || gone.length === 0 ? [...gone, { state: 'confirmed', microUsd: String(waiting), payoutId: null }] : gone
}
