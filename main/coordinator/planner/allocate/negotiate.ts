import type { Surcharge } from './charges.ts'
import { cheapestFor } from './options.ts'
import { type Seat, type State, put } from './state.ts'
import { type Timeline, isOverfull, roomIn, roomOver } from './timeline.ts'
import { at } from '../timing/cost-curve.ts'

const MOST_ROUNDS = 60
/**
 * What a place that too many want gets dearer by in a round, and what it costs at once to be one too many, as shares of the spread of costs.
 * Small at first, so that those leave who lose least by it; in the end no saving is worth staying for.
 */
const STEP = { first: 0.015, growth: 1.12 }
const PRESENT = { first: 0.001, growth: 1.25 }

/** Between the cheapest and the dearest moment of any of the jobs' curves. */
function spreadOf(seats: readonly Seat[]): number {
  const curves = new Set(seats.flatMap(({ job }) => [...job.pools.values()]))
  let [low, high] = [Infinity, -Infinity]
  for (const { costs } of curves) {
    for (const cost of costs) [low, high] = [Math.min(low, cost), Math.max(high, cost)]
  }
  return high > low ? high - low : 1
}

const touchesOverfull = ({ placed }: Seat): boolean => placed !== null && roomOver(placed.option.timeline, placed.choice.runs) < 0

/** Raises the price of each piece in which more places are used than there are; false if there is none. */
function raisePrices(timelines: Iterable<Timeline>, step: number): boolean {
  let isAny = false
  for (const timeline of timelines) {
    for (let piece = 0; piece < timeline.count; piece += 1) {
      if (!isOverfull(timeline, piece)) continue
      isAny = true
      timeline.prices[piece] = at(timeline.prices, piece) - (step * roomIn(timeline, piece)) / Math.max(1, at(timeline.places, piece))
    }
  }
  return isAny
}

/** What a place costs a job while more may be used than there are. */
const withExcess = ({ job }: Seat, missing: number): Surcharge => ({ places: job.places, priced: 1, taken: 0, missing })

/**
 * Lets the jobs negotiate: all may choose what they like, what too many want gets dearer from round to round, and those in it choose again,
 * one after the other, until nobody is in anybody's way or the rounds are over. Negotiated congestion as in McMurchie and Ebeling,
 * PathFinder (FPGA 1995).
 */
export function negotiate(state: State, waiting: readonly Seat[]): void {
  const spread = spreadOf(waiting)
  let [step, present] = [STEP.first * spread, PRESENT.first * spread]
  for (const seat of waiting) put(state, seat, cheapestFor(state, seat, withExcess(seat, 0)))
  for (let round = 0; round < MOST_ROUNDS && state.budget > 0; round += 1) {
    if (!raisePrices(state.timelines.values(), step)) return
    for (const seat of state.seats) {
      if (!touchesOverfull(seat)) continue
      put(state, seat, null)
      put(state, seat, cheapestFor(state, seat, withExcess(seat, present)))
    }
    step *= STEP.growth
    present *= PRESENT.growth
  }
}
