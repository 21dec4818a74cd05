import type { Exclusion } from '../../../shared/contract/plan.ts'
import { type Calendar, emptyCalendar, freeTimes } from './calendar.ts'
import { chooseTime } from './timing/choose.ts'
import type { Candidate, Eligible, Out } from './eligible.ts'
import type { Market } from './markets.ts'
import { type Gaps, hasTime } from './gaps.ts'
import { PRESETS } from './timing/objective.ts'
import { knownMean, lengthOf } from './over-runs.ts'
import { type Space, calendarOf, soonest } from './space.ts'
import { isWithinCap } from './spot.ts'
import { type Task, isRunning, isTooLate } from './task.ts'

/** What is taken at three stages: by nobody, by leases, and by the jobs of this round as well. */
export interface Stages {
  readonly now: number
  readonly leased: Space
  readonly planned: Space
  /** What is left of the hosts that are plain, by index. */
  readonly gaps: readonly Gaps[]
  /** What has been found for jobs without a plan where others are on every node; `null` where there may be other reasons. */
  readonly crowded: Map<Eligible, readonly Out[] | null>
}

/** Why no node in a market can take the job, whatever its hours; `null` if one could. */
function marketReason(task: Task, market: Market): Exclusion | null {
  const { work, deadline } = task
  if (!knownMean(market.grams, [{ from: work.earliest, to: deadline }])) return 'no-signal'
  if (task.capG === Infinity) return null
  return isWithinCap(task, market, chooseTime(market.curveFor(PRESETS.green), work).runs) ? null : 'carbon-cap'
}

/** Why a candidate has no time for the job; `null` if it has. A job that may pause needs no unbroken stretch, as long as it finds a place at all. */
function timeReason(task: Task, candidate: Candidate, { now, leased, planned, gaps, isPlaced }: Stages & { readonly isPlaced: boolean }): Exclusion | null {
  const { work, unbrokenMs, deadline } = task
  const { host, room } = candidate
  if (host.isPlain)
    return hasTime(gaps[host.index] as Gaps, { from: work.earliest, to: deadline, neededMs: unbrokenMs, inParts: isPlaced && work.pauses !== null })
      ? null
      : 'capacity'
  const inParts = (space: Space) => lengthOf(freeTimes(calendarOf(space, candidate), host.open, { from: work.earliest, to: deadline, room })) >= unbrokenMs
  const fits = (space: Space) => soonest(space, candidate, task, now) !== null || (isPlaced && work.pauses !== null && inParts(space))
  if (fits(planned)) return null
  const untaken: Calendar[] = []
  untaken[host.index] = emptyCalendar()
  if (!fits(untaken)) return 'paused'
  return fits(leased) ? 'capacity' : 'busy'
}

/** Where a job without a plan and a cap could have begun, it would have: with nothing but jobs of this round in its way, there is no need to look. */
function crowdedOut({ eligible }: Task, { planned, crowded }: Pick<Stages, 'planned' | 'crowded'>): readonly Out[] | null {
  const known = crowded.get(eligible)
  if (known !== undefined) return known
  const isCrowded = eligible.candidates.every((candidate) => candidate.host.isPlain && calendarOf(planned, candidate).starts.length > 1)
  const reason: Exclusion = 'capacity'
  const all = eligible.candidates.map(({ host: { node } }) => ({ nodeId: node.nodeId, zone: node.capabilities.zone, reason }))
  const found = isCrowded ? [...eligible.out, ...all] : null
  crowded.set(eligible, found)
  return found
}

/**
 * Every node that cannot take the job, once, with the first of its reasons: those that last, then `deadline`, then `no-signal` and
 * `carbon-cap`, then the hours of its owner, running jobs and planned ones. `chosen` is the index of the host that it has been given.
 */
export function exclusionsOf(task: Task, chosen: number | null, stages: Stages): readonly Out[] {
  const { candidates, byMarket } = task.eligible
  // The node of a running job may well not be ready for another one.
  const out = isRunning(task) ? task.eligible.out.filter(({ nodeId }) => nodeId !== task.job.runsOn) : task.eligible.out
  if (candidates.length === 0) return out
  const late: Exclusion | null = isTooLate(task) ? 'deadline' : null
  const reasons = new Map([...byMarket.keys()].map((market) => [market, late ?? marketReason(task, market)]))
  if (chosen === null && !isRunning(task) && task.capG === Infinity && reasons.values().every((reason) => reason === null)) {
    const found = crowdedOut(task, stages)
    if (found) return found
  }
  const unplaced: Exclusion | null = task.capG < Infinity ? 'carbon-cap' : 'no-signal'
  const found: Out[] = []
  for (const candidate of candidates) {
    if (candidate.host.index === chosen) continue
    const { nodeId, capabilities } = candidate.host.node
    const time = reasons.get(candidate.market) ?? timeReason(task, candidate, { ...stages, isPlaced: chosen !== null })
    const reason = time ?? (chosen === null ? unplaced : null)
    if (reason) found.push({ nodeId, zone: capabilities.zone, reason })
  }
  return found.length === 0 ? out : [...out, ...found]
}
