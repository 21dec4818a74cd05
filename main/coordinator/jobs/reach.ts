/** How much one round of planning looks at. Pure. */

export interface Reach {
  /** Queued jobs, while there are few that are planned already. */
  readonly queued: number
  /** With so many planned, only a tenth as many queued ones are looked at. */
  readonly planned: number
}

const PLANNED_TIMES = 4
const reachOf = (queued: number): Reach => ({ queued, planned: PLANNED_TIMES * queued })

/** As much as a round ever looks at; a longer queue takes several. */
export const REACH = reachOf(5_000)
const LEAST = 500
const [FIRST_PER_NODE, FIRST_LEAST] = [10, 50]

/** While nothing is planned, nobody has work until the round is over, and the next one rests as long: a few jobs for each node that waits will do. */
export const firstReach = (willing: number): Reach => reachOf(Math.min(LEAST, Math.max(FIRST_LEAST, FIRST_PER_NODE * willing)))

/** Machines work faster than plans are made if what is planned is over before the round is. */
const AIM_MS = 1_000

/** For the round after one that looked at `jobs` and took `tookMs`: what it can do in about a second, but no more than twice as much as before. */
export function nextReach({ jobs, tookMs }: { readonly jobs: number; readonly tookMs: number }): Reach {
  const grown = 2 * Math.max(jobs, LEAST)
  const inTime = tookMs > 0 ? Math.floor((jobs * AIM_MS) / tookMs) : grown
  return reachOf(Math.min(REACH.queued, Math.max(LEAST, Math.min(grown, inTime))))
}
