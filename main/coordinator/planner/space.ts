import { type Calendar, firstFree, freeTimes, hasRoom } from './calendar.ts'
import { type CostCurve, at, costCurve } from './timing/cost-curve.ts'
import type { Candidate } from './eligible.ts'
import type { Run } from './timing/runs.ts'
import type { Task } from './task.ts'

/** The places of all nodes over time, by the index of their host: what is taken by leases, and by the jobs that have been placed so far. */
export type Space = readonly Calendar[]

export const calendarOf = (space: Space, { host }: Candidate): Calendar => space[host.index] as Calendar

const isWithin = (open: readonly Run[], { from, to }: Run): boolean => open.some((stretch) => stretch.from <= from && to <= stretch.to)

/** Whether a job could run there at just these times. */
export const isFree = (space: Space, candidate: Candidate, runs: readonly Run[]): boolean =>
  runs.every((run) => isWithin(candidate.host.open, run)) && hasRoom(calendarOf(space, candidate), runs, candidate.room)

/** `curve`, known only while there is room for the job on the node. */
export function curveThere(curve: CostCurve, space: Space, candidate: Candidate, { work }: Task): CostCurve {
  const free = freeTimes(calendarOf(space, candidate), candidate.host.open, { from: work.earliest, to: work.latestEnd, room: candidate.room })
  const slots: { from: number; to: number; value: number }[] = []
  let index = 0
  for (const { from, to } of free) {
    while (index < curve.count && at(curve.ends, index) <= from) index += 1
    for (let next = index; next < curve.count && at(curve.starts, next) < to; next += 1)
      slots.push({ from: Math.max(from, at(curve.starts, next)), to: Math.min(to, at(curve.ends, next)), value: at(curve.costs, next) })
  }
  return costCurve(slots)
}

/**
 * The earliest moment at which a job could begin and run to its end by its deadline, or `null`. A node that is ready at this moment may begin
 * now even if it is not likely to stay so: what its owner will do is a guess, and a job that has nothing better is worth the try.
 */
export function soonest(space: Space, candidate: Candidate, { work, unbrokenMs, deadline }: Task, now: number): number | null {
  const { host, room } = candidate
  const calendar = calendarOf(space, candidate)
  const atOnce = { from: now, to: now + unbrokenMs }
  if (host.node.ready && work.earliest <= now && atOnce.to <= deadline && hasRoom(calendar, [atOnce], room)) return now
  return firstFree(calendar, host.open, { from: work.earliest, to: deadline, room, lengthMs: unbrokenMs })
}
