import type { Pool } from './input.ts'
import { at } from '../timing/cost-curve.ts'
import type { Run } from '../timing/runs.ts'

/** What happens in a pool from moment to moment: piece `index` lasts from `starts[index]` to the next start, the last one for ever. */
export interface Timeline {
  readonly pool: string
  /** How many pieces there are; the arrays are longer, and the start after the last one is infinite. */
  count: number
  starts: Float64Array
  places: Float64Array
  used: Float64Array
  /** What the use of a place costs on top, per ms, because others want it too. */
  prices: Float64Array
}

const FIRST_SIZE = 16

const values = () => new Float64Array(FIRST_SIZE)

export function createTimeline({ id, spans }: Pool): Timeline {
  const timeline: Timeline = { pool: id, count: 1, starts: values(), places: values(), used: values(), prices: values() }
  timeline.starts[0] = -Infinity
  timeline.starts[1] = Infinity
  for (const { from, to, places } of spans) {
    const first = cutAt(timeline, from)
    cutAt(timeline, to)
    timeline.places[first] = places
  }
  return timeline
}

/** Index of the piece that holds `moment`. */
export function pieceAt({ starts, count }: Timeline, moment: number): number {
  let [low, high] = [0, count]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (at(starts, middle) <= moment) low = middle
    else high = middle
  }
  return low
}

function enlarged(values: Float64Array): Float64Array {
  const larger = new Float64Array(2 * values.length)
  larger.set(values)
  return larger
}

function enlarge(timeline: Timeline): void {
  timeline.starts = enlarged(timeline.starts)
  timeline.places = enlarged(timeline.places)
  timeline.used = enlarged(timeline.used)
  timeline.prices = enlarged(timeline.prices)
}

/** Index of the piece that begins at `moment`, which is made if need be. */
function cutAt(timeline: Timeline, moment: number): number {
  const piece = pieceAt(timeline, moment)
  if (timeline.starts[piece] === moment || moment === Infinity) return piece
  if (timeline.count + 2 > timeline.starts.length) enlarge(timeline)
  for (const values of [timeline.starts, timeline.places, timeline.used, timeline.prices]) values.copyWithin(piece + 1, piece, timeline.count + 1)
  timeline.starts[piece + 1] = moment
  timeline.count += 1
  return piece + 1
}

/** Adds `places` to what is used during the runs; less than none gives them back. */
export function occupy(timeline: Timeline, runs: readonly Run[], places: number): void {
  for (const { from, to } of runs) {
    const first = cutAt(timeline, from)
    const last = cutAt(timeline, to)
    for (let piece = first; piece < last; piece += 1) timeline.used[piece] = at(timeline.used, piece) + places
  }
}

/** Places of a piece that nobody uses; negative where more are used than there are. */
export const roomIn = ({ places, used }: Timeline, piece: number): number => at(places, piece) - at(used, piece)

export const isOverfull = (timeline: Timeline, piece: number): boolean => roomIn(timeline, piece) < 0

/** The fewest places that are free at any moment of the runs. */
export function roomOver(timeline: Timeline, runs: readonly Run[]): number {
  let room = Infinity
  for (const { from, to } of runs) {
    for (let piece = pieceAt(timeline, from); at(timeline.starts, piece) < to; piece += 1) room = Math.min(room, roomIn(timeline, piece))
  }
  return room
}
