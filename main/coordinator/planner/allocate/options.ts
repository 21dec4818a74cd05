import type { AllocateJob } from './input.ts'
import { type Surcharge, chargedCurve, cheapestFirst, surchargeOver } from './charges.ts'
import type { Option, Placed, Seat, State, Zones } from './state.ts'
import { type Timeline, roomOver } from './timeline.ts'
import { type Choice, type Work, chooseTime, chooseZoneAndTime, lowerBound } from '../timing/choose.ts'
import { type CostCurve, costOver } from '../timing/cost-curve.ts'
import { type Run, leastCost } from '../timing/runs.ts'

const spanOf = (runs: readonly Run[]): number => runs.reduce((sum, { from, to }) => sum + to - from, 0)

interface Look {
  readonly timeline: Timeline
  readonly curve: CostCurve
  readonly work: Work
}

const optionIn = ({ timeline, curve, work }: Look, alone: Choice): Option => ({
  timeline,
  curve,
  work,
  alone,
  least: alone.cost === null ? Infinity : alone.cost * spanOf(alone.runs),
})

/** The work as it would be in a pool; `null` for what runs elsewhere and cannot pause. */
function workIn({ work, runsIn }: AllocateJob, pool: string): Work | null {
  if (work.progress !== 'running' || runsIn === pool) return work
  return work.pauses ? { ...work, progress: 'paused' } : null
}

const costOf = (curve: CostCurve, runs: readonly Run[]): number => runs.reduce((sum, { from, to }) => sum + (costOver(curve, from, to) ?? 0) * (to - from), 0)

const byLeast = (a: Option, b: Option): number =>
  Number(a.alone.why === 'at-once') - Number(b.alone.why === 'at-once') ||
  (a.least === b.least ? 0 : a.least - b.least) ||
  (a.timeline.pool < b.timeline.pool ? -1 : 1)

/** Running at once counts only where nothing better is left, or in time. */
function optionsOf(state: State, seat: Seat): readonly Option[] {
  if (seat.options) return seat.options
  const best = new Map<string, Map<CostCurve, Choice>>()
  const all = [...seat.job.pools].flatMap(([pool, curve]): readonly Option[] => {
    const [timeline, work] = [state.timelines.get(pool), workIn(seat.job, pool)]
    if (!timeline || !work) return []
    const known = best.get(work.progress) ?? new Map<CostCurve, Choice>()
    best.set(work.progress, known)
    const alone = known.get(curve) ?? chooseTime(curve, work)
    known.set(curve, alone)
    return [optionIn({ timeline, curve, work }, alone)]
  })
  const isHopeless = all.every(({ alone }) => alone.why === 'at-once')
  seat.options = all
    .filter(({ alone, work }) => isHopeless || alone.why === 'cheapest' || (alone.runs.at(-1)?.to ?? Infinity) <= work.latestEnd)
    .toSorted(byLeast)
  return seat.options
}

interface Charged {
  readonly choice: Choice
  readonly total: number
}

const pausesFreely = ({ pauses }: Work): boolean => pauses !== null && pauses.minRunMs === 0 && pauses.restartMs === 0

/** The best time in one pool under surcharges; `null` if there is none that ends in time, or none that costs as little as `most`. */
function timeIn({ timeline, curve, work }: Look, surcharge: Surcharge, most: number): Charged | null {
  const charged = chargedCurve(timeline, curve, { window: work, surcharge })
  if (!charged) return null
  if (pausesFreely(work)) {
    cheapestFirst(charged, work.durationMs)
    if (leastCost(charged, work) > most + charged.same * work.durationMs) return null
  }
  const choice = chooseTime(charged, work)
  return choice.why === 'at-once' || choice.cost === null ? null : { choice, total: choice.cost * spanOf(choice.runs) }
}

/** The same, for what is often best left as it is. */
function chargedIn(option: Option, surcharge: Surcharge, most: number): Charged | null {
  const { timeline, alone, least } = option
  const extra = surchargeOver(timeline, alone.runs, surcharge)
  if (extra === 0) return { choice: alone, total: least }
  if (alone.why === 'at-once') return extra === Infinity ? null : { choice: alone, total: least + extra }
  return timeIn(option, surcharge, most)
}

/** What a look at a pool costs, in pieces: those it goes through, and many more where pauses have a price. */
const effortOf = ({ timeline, curve, work }: Look): number => (work.pauses && !pausesFreely(work) ? DEAR_LOOK : timeline.count + curve.count)

const DEAR_LOOK = 10_000

/** The tighter the fit the better, which leaves room for larger jobs; where nothing fits, the more room the better. */
const spareOf = (room: number, places: number): number => (room >= places ? room - places : Number.MAX_SAFE_INTEGER - room)

/** Where and when a job is best off under surcharges, of equally good pools the one with least room; `null` if nowhere. */
export function cheapestFor(state: State, seat: Seat, surcharge: Surcharge): Placed | null {
  let best: (Charged & { readonly option: Option; readonly spare: number }) | null = null
  for (const option of optionsOf(state, seat)) {
    if (best && (option.least > best.total || option.alone.why !== best.option.alone.why)) break
    state.budget -= effortOf(option)
    const charged = chargedIn(option, surcharge, best?.total ?? Infinity)
    if (!charged || (best && charged.total > best.total)) continue
    const spare = spareOf(roomOver(option.timeline, charged.choice.runs), seat.job.places)
    if (!best || charged.total < best.total || spare < best.spare) best = { ...charged, option, spare }
  }
  return best && placedAt(best.option, best.choice)
}

function placedAt(option: Option, choice: Choice): Placed {
  const cost = costOf(option.curve, choice.runs)
  return { option, cost, choice: { ...choice, cost: choice.cost === null ? null : cost / spanOf(choice.runs) } }
}

/** The curves of all pools, in an order that does not depend on the input's. */
function zonesOf(state: State, pools: AllocateJob['pools']): Zones {
  const known = state.zones.get(pools)
  if (known) return known
  const zones: Zones = new Map()
  for (const [pool, curve] of [...pools].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const timeline = state.timelines.get(pool)
    if (timeline) zones.set(curve, [...(zones.get(curve) ?? []), timeline])
  }
  state.zones.set(pools, zones)
  return zones
}

/** Of what is free, where and when a job that does not run is best off; `null` if nothing is, or it could not end in time anywhere. */
export function cheapestFree(state: State, { job }: Seat, surcharge: Surcharge): Placed | null {
  const { work, pools } = job
  const zones = [...zonesOf(state, pools)].map(([curve, timelines]) => ({ curve, timelines, bound: lowerBound(curve, work) }))
  let best: (Charged & Look & { readonly spare: number }) | null = null
  for (const { curve, timelines, bound } of zones.toSorted((a, b) => (a.bound === b.bound ? 0 : a.bound - b.bound))) {
    if (bound === Infinity || (best && bound > best.total)) break
    for (const timeline of timelines) {
      const look = { timeline, curve, work }
      state.budget -= effortOf(look)
      const charged = timeIn(look, surcharge, best?.total ?? Infinity)
      if (!charged || (best && charged.total > best.total)) continue
      const spare = spareOf(roomOver(timeline, charged.choice.runs), job.places)
      if (!best || charged.total < best.total || spare < best.spare) best = { ...charged, ...look, spare }
    }
  }
  return best && placedAt(optionIn(best, chooseTime(best.curve, work)), best.choice)
}

/** Where and when a job is best off if all pools were empty; `null` if the places there are taken. */
export function cheapestIfFree(state: State, seat: Seat): Placed | null {
  const { work, runsIn, pools, places } = seat.job
  if (runsIn !== null) {
    const [option] = optionsOf(state, seat)
    return option && roomOver(option.timeline, option.alone.runs) >= places ? placedAt(option, option.alone) : null
  }
  const zones = zonesOf(state, pools)
  const best = chooseZoneAndTime(new Map([...zones.keys()].map((curve) => [curve, curve])), work)
  if (!best) return null
  const { zone: curve, ...alone } = best
  let [fullest, least]: [Timeline | null, number] = [null, Infinity]
  for (const timeline of zones.get(curve) ?? []) {
    const room = roomOver(timeline, alone.runs)
    if (room >= places && (fullest === null || room < least)) [fullest, least] = [timeline, room]
    if (least === places) break
  }
  return fullest && placedAt(optionIn({ timeline: fullest, curve, work }, alone), alone)
}
