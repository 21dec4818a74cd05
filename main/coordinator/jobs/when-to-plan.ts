/** When everything is planned again. Pure. */
import type { KnownNode } from './ports.ts'

/** Plans are made anew this often, because forecasts are. */
export const FORECAST_MS = 300_000
/** What could not be done is tried again this often. */
export const RETRY_MS = 30_000
/** While there is enough that is planned and waits for a place, what is new is looked at this often. */
export const AMPLE_MS = 5_000
/** After planning, this many times as long as it took belongs to everything else: however much happens, it takes a quarter of the time at most. */
const REST_TIMES = 3

/** What makes a round of planning necessary. `run-over`: a run that was planned is over, or should be. `upset`: a place was not there when it was to be, or nothing came of the last round. */
export type Because = 'start' | 'job' | 'node' | 'lease-ended' | 'forecast' | 'run-over' | 'upset' | 'asked'

/** Everything about a node that changes often and that a plan depends on. */
type FleetNode = Pick<KnownNode, 'nodeId' | 'online' | 'ready' | 'gone'>

/** How things stood when everything was planned last. */
export interface Last {
  /** On the wall clock, epoch ms. */
  readonly at: number
  /** On the clock that never jumps, ms. */
  readonly startedAt: number
  readonly doneAt: number
  readonly nodes: readonly FleetNode[]
  readonly leases: ReadonlySet<string>
  /** Nothing came of it. */
  readonly hasFailed: boolean
}

export interface Present {
  readonly at: number
  readonly monotonic: number
  readonly nodes: readonly FleetNode[]
  readonly leases: ReadonlySet<string>
  /** A job waits that nobody has planned since it was submitted or came back. */
  readonly isAnyUnplanned: boolean
  /** Some of those are left for later, since there are enough that wait for nothing but a place. */
  readonly isAmple: boolean
  readonly isUpset: boolean
  /** When the planned runs end, epoch ms. */
  readonly runEnds: Iterable<number>
}

/** Looked at after every round: of ten thousand nodes nothing is made anew for it. */
function isSameFleet(before: readonly FleetNode[], now: readonly FleetNode[]): boolean {
  const isSame = (one: FleetNode, other: FleetNode | undefined) =>
    one === other || (one.nodeId === other?.nodeId && one.online === other.online && one.ready === other.ready && one.gone === other.gone)
  return before.length === now.length && before.every((one, index) => isSame(one, now[index]))
}

/** Why everything has to be planned again now, or `null`. That a lease was given changes nothing: it was planned. */
export function whyPlan(last: Last | null, present: Present): Because | null {
  if (last === null) return 'start'
  const sinceMs = present.monotonic - last.startedAt
  if (present.monotonic - last.doneAt < REST_TIMES * (last.doneAt - last.startedAt)) return null
  if (last.hasFailed) return sinceMs >= RETRY_MS ? 'upset' : null
  if (present.isAnyUnplanned && (!present.isAmple || sinceMs >= AMPLE_MS)) return 'job'
  if (!isSameFleet(last.nodes, present.nodes)) return 'node'
  if (last.leases.difference(present.leases).size > 0) return 'lease-ended'
  if (sinceMs >= FORECAST_MS) return 'forecast'
  if (Iterator.from(present.runEnds).some((end) => end > last.at && end <= present.at)) return 'run-over'
  return present.isUpset && sinceMs >= RETRY_MS ? 'upset' : null
}
