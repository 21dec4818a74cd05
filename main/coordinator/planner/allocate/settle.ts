import type { Surcharge } from './charges.ts'
import { createFailures } from './failures.ts'
import { cheapestFor, cheapestFree } from './options.ts'
import { type Placed, type Seat, type State, put, rewind } from './state.ts'
import { type Timeline, roomOver } from './timeline.ts'

const DEPTH = 3
const PASSES = 3
/** Dearer per ms than anything that a curve could hold. */
const FORBIDDING = 1e12

const hasOverfull = ({ option, choice }: Placed): boolean => roomOver(option.timeline, choice.runs) < 0

/** Sends away those served last until nothing in the pool is overfull; returns them, those served first at the front. */
function sendAway(state: State, timeline: Timeline, kept: Seat | null): readonly Seat[] {
  const present = [...(state.present.get(timeline) ?? [])].toSorted((a, b) => b.rank - a.rank)
  const away = present.filter((seat) => {
    if (seat === kept || !seat.placed || !hasOverfull(seat.placed)) return false
    put(state, seat, null)
    return true
  })
  return away.toReversed()
}

/** What is free, and no other. */
const ifFree = ({ job }: Seat): Surcharge => ({ places: job.places, priced: 0, taken: Infinity, missing: 0 })

/** Like {@link ifFree}, but keeps away from what others want. */
const ifFreeAndPriced = (seat: Seat): Surcharge => ({ ...ifFree(seat), priced: 1 })

/** Places that others hold cost so much that as few of them as possible are taken, the least wanted first. */
const displacing = ({ job }: Seat, taken: number): Surcharge => ({ places: job.places, priced: 1, taken, missing: 0 })

const place = (state: State, seat: Seat): boolean => {
  put(state, seat, cheapestFor(state, seat, ifFreeAndPriced(seat)))
  return seat.placed !== null
}

interface Attempt {
  readonly each: number
  readonly depth: number
}

/** Places a job although others hold what it takes, and finds those another place; returns who is left without. */
function force(state: State, seat: Seat, { each, depth }: Attempt): readonly Seat[] {
  put(state, seat, cheapestFor(state, seat, displacing(seat, each)))
  if (!seat.placed) return [seat]
  const homeless = sendAway(state, seat.placed.option.timeline, seat).filter((other) => !place(state, other))
  if (depth === 0 || state.budget <= 0) return homeless
  return homeless.flatMap((other) => forceUnlessWorse(state, other, { each, depth: depth - 1 }))
}

/** Forces only if nobody loses a place by it, or only those who come after. */
function forceUnlessWorse(state: State, seat: Seat, attempt: Attempt): readonly Seat[] {
  const kept = state.changes.length
  const homeless = force(state, seat, attempt)
  if (homeless.every(({ job }) => job.priority < seat.job.priority)) return homeless
  rewind(state, kept)
  return [seat]
}

/** Whether a job could run in time if it had all places for itself: else it runs at once, and its window says nothing about its chances. */
const hasTime = ({ job: { work } }: Seat): boolean => work.earliest + work.durationMs <= work.latestEnd

const bestLeft = (state: State, seat: Seat): Placed | null =>
  (seat.job.runsIn === null && hasTime(seat) ? cheapestFree : cheapestFor)(state, seat, ifFreeAndPriced(seat))

/** Gives everybody who has none the best place that is left, one after the other. */
function placeAll(state: State): void {
  const failures = createFailures()
  for (const seat of state.seats) {
    if (seat.placed || (hasTime(seat) && failures.includes(seat.job))) continue
    put(state, seat, bestLeft(state, seat))
    if (!seat.placed && hasTime(seat)) failures.add(seat.job)
  }
}

/** Makes what was negotiated fit: nobody stays where there is no place, and whoever can be given another is. */
export function settle(state: State): void {
  for (const timeline of state.timelines.values()) sendAway(state, timeline, null)
  placeAll(state)
  const kept = state.changes.length
  for (const seat of state.seats) if (!seat.placed && state.budget > 0) forceUnlessWorse(state, seat, { each: FORBIDDING, depth: DEPTH })
  if (state.changes.length > kept) placeAll(state)
}

/** What all pay more than they did at an earlier point. */
function costSince({ changes }: State, kept: number): number {
  const before = new Map<Seat, number>()
  for (const change of changes.slice(kept)) if (!before.has(change.seat)) before.set(change.seat, change.before?.cost ?? 0)
  let cost = 0
  for (const [{ placed }, was] of before) cost += (placed?.cost ?? 0) - was
  return cost
}

/** Whether the job got something better at nobody's cost. */
function moveToFree(state: State, seat: Seat): boolean {
  const before = seat.placed
  if (!before) return false
  put(state, seat, null)
  const after = cheapestFor(state, seat, ifFree(seat))
  const isBetter = after !== null && after.cost < before.cost - before.option.curve.same * before.option.work.durationMs
  put(state, seat, isBetter ? after : before)
  return isBetter
}

/** Whether all together are better off if the job takes what it likes most at the price, and those in its way move on. */
function moveOthers(state: State, seat: Seat): boolean {
  const before = seat.placed
  if (!before) return false
  const kept = state.changes.length
  put(state, seat, null)
  const homeless = force(state, seat, { each: 0, depth: 0 })
  if (homeless.length === 0 && costSince(state, kept) < -before.option.curve.same * before.option.work.durationMs) return true
  rewind(state, kept)
  return false
}

/** Lets everybody who pays more than alone look again, until nobody finds better. */
export function improve(state: State): void {
  for (let pass = 0; pass < PASSES; pass += 1) {
    let isBetter = false
    for (const seat of state.seats) {
      if (!seat.placed || seat.placed.cost <= seat.placed.option.least) continue
      if (state.budget <= 0) break
      if (moveToFree(state, seat) || moveOthers(state, seat)) isBetter = true
    }
    if (!isBetter) return
    placeAll(state)
  }
}
