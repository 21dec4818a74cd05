import { type EpochMs, epochMs } from '../../../shared/units.ts'

/** What is remembered of jobs that had to give way. Plain data. */
export interface FlapGuard {
  /** The latest ones, oldest first. */
  readonly yields: readonly EpochMs[]
  /** How often the idle wait has been doubled. */
  readonly doublings: number
}

export const CALM: FlapGuard = { yields: [], doublings: 0 }

/** More than this many in this time are too many. */
const BORNE = 3
const WITHIN_MS = 15 * 60_000
/** The wait is doubled up to this. */
const LONGEST_WAIT_S = 30 * 60
/** So long without one and all is forgotten: twice the longest wait. */
const LAPSE_MS = 60 * 60_000
/** An owner may ask for a shorter wait, but not for a rest that does not calm anything. */
const LEAST_REST_S = 300

/** Takes in that a job had to give way. */
export function afterYield(guard: FlapGuard, now: EpochMs): FlapGuard {
  const yields = [...guard.yields.filter((at) => now - at < WITHIN_MS), now]
  return { yields, doublings: yields.length > BORNE ? guard.doublings + 1 : guard.doublings }
}

/** The guard as it stands at a moment. One that lies ahead, because the clock was set back, counts as now. */
export function guardAt({ yields, doublings }: FlapGuard, now: EpochMs): FlapGuard {
  const last = yields.at(-1)
  if (last === undefined || now - last > LAPSE_MS) return CALM
  return { yields: yields.map((at) => epochMs(Math.min(at, now))), doublings }
}

/** True once the owner is bothered too often: then no job stands by, it goes. */
export const isFlapping = ({ doublings }: FlapGuard): boolean => doublings > 0

/** Seconds without a touch before work begins: doubled with every yield too many, up to 30 minutes. */
export const idleWaitS = (guard: FlapGuard, ownS: number): number => Math.max(ownS, Math.min(LONGEST_WAIT_S, ownS * 2 ** guard.doublings))

/** Seconds of rest after a yield, whatever caused it; 0 while all is calm. */
export const guardRestS = (guard: FlapGuard, ownS: number): number => (isFlapping(guard) ? idleWaitS(guard, Math.max(LEAST_REST_S, ownS)) : 0)
