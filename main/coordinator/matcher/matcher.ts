import type { Demand, ZoneFigures } from './demand.ts'
import { type JobClasses, createJobClasses } from './job-classes.ts'
import { type Machine, type Machines, createMachines } from './machines.ts'
import { bestClass, hasBit } from './rows.ts'

export interface MatchJob {
  readonly jobId: string
  readonly demand: Demand
  /** Its turn, in seconds: a job goes first by as many as its key is lower. Never changes while it waits, so nothing has to age. */
  readonly key: number
}

/** A last word on a pair that is able: what only one job or one machine knows of the other. */
type Accepts = (jobId: string, nodeId: string) => boolean

/** Which waiting job and which free machine go best with each other. */
export interface Matcher {
  /** False if too many different jobs wait to keep another kind of them apart; true also for one that waits already. */
  readonly add: (job: MatchJob) => boolean
  readonly remove: (jobId: string) => void
  readonly has: (jobId: string) => boolean
  /** How many jobs wait. */
  readonly size: () => number
  /** A machine has this free from now on. */
  readonly addNode: (nodeId: string, machine: Machine) => void
  readonly removeNode: (nodeId: string) => void
  /** What electricity is like there from now on. O(classes), whatever waits. */
  readonly setZone: (zone: string, figures: ZoneFigures) => void
  /** The best job for a machine, which still waits afterwards; `null` if there is none. */
  readonly pull: (nodeId: string, accepts?: Accepts) => string | null
  /** The best machine for a job that waits; `null` if there is none. */
  readonly push: (jobId: string, accepts?: Accepts) => string | null
  /** What a pair scores, in seconds, lower is better; `null` if the two do not go together. */
  readonly score: (jobId: string, nodeId: string) => number | null
}

const MOST_CLASSES = 8_192

interface Waiting {
  readonly entry: number
  readonly index: number
}

interface Parts {
  readonly classes: JobClasses
  readonly machines: Machines
  /** By entry. */
  readonly ids: string[]
  /** By entry. */
  readonly keys: readonly number[]
  readonly jobs: Map<string, Waiting>
}

const always: Accepts = () => true

/** Looks at the first of each class; whoever is refused is set aside until somebody is found. */
function pull({ classes, machines, ids }: Parts, nodeId: string, accepts: Accepts): string | null {
  const place = machines.of(nodeId)
  if (!place) return null
  const refused: Waiting[] = []
  let found: string | null = null
  while (found === null) {
    const index = bestClass(classes.heads(), place.zone.row, place.kind.row)
    const entry = index < 0 ? undefined : classes.first(index)
    if (entry === undefined) break
    const jobId = ids[entry] as string
    if (accepts(jobId, nodeId)) found = jobId
    else {
      classes.remove(index, entry)
      refused.push({ index, entry })
    }
  }
  for (const { index, entry } of refused) classes.add(index, entry)
  return found
}

/** Looks at each kind of hardware in each zone that has a machine of it. */
function push({ machines, jobs }: Parts, jobId: string, accepts: Accepts): string | null {
  const index = jobs.get(jobId)?.index
  if (index === undefined) return null
  const able = [...machines.kinds()].flatMap(({ row, nodes }) =>
    hasBit(row.feasible, index)
      ? [...nodes].flatMap(([zone, there]) =>
          hasBit(zone.row.feasible, index) ? [{ there, term: (row.terms[index] as number) + (zone.row.terms[index] as number) }] : [],
        )
      : [],
  )
  for (const { there } of able.toSorted((a, b) => a.term - b.term)) for (const nodeId of there) if (accepts(jobId, nodeId)) return nodeId
  return null
}

function scoreOf({ machines, jobs, keys }: Parts, jobId: string, nodeId: string): number | null {
  const [waiting, place] = [jobs.get(jobId), machines.of(nodeId)]
  if (!waiting || !place) return null
  const [zone, kind] = [place.zone.row, place.kind.row]
  const { index, entry } = waiting
  const isAble = hasBit(zone.feasible, index) && hasBit(kind.feasible, index)
  return isAble ? (keys[entry] as number) + (zone.terms[index] as number) + (kind.terms[index] as number) : null
}

/**
 * Exact: a pair has the lowest score there is, key + what the zone costs the job + what the hardware does. Jobs are kept by class (as HTCondor's
 * autoclusters are), each in the order of its turns, machines by kind and zone; since the score is a sum of what the class and the machine know, one
 * look at the first of each class is enough. `mostClasses`: a multiple of 64.
 */
export function createMatcher(mostClasses = MOST_CLASSES): Matcher {
  const entries = { key: [] as number[], turn: [] as number[], position: [] as number[] }
  const free: number[] = []
  let turns = 0
  const machines = createMachines((visit) => classes.each(visit))
  const classes = createJobClasses(entries, mostClasses, machines)
  machines.widen(classes.heads().keys.length)
  const parts: Parts = { classes, machines, ids: [], keys: entries.key, jobs: new Map() }
  const { ids, jobs } = parts
  return {
    add({ jobId, demand, key }) {
      if (jobs.has(jobId)) return true
      const index = classes.indexOf(demand)
      if (index < 0) return false
      const entry = free.pop() ?? ids.length
      ids[entry] = jobId
      entries.key[entry] = key
      entries.turn[entry] = turns++
      jobs.set(jobId, { entry, index })
      classes.add(index, entry)
      return true
    },
    remove(jobId) {
      const waiting = jobs.get(jobId)
      if (!waiting) return
      jobs.delete(jobId)
      classes.remove(waiting.index, waiting.entry)
      free.push(waiting.entry)
    },
    has: (jobId) => jobs.has(jobId),
    size: () => jobs.size,
    addNode: machines.add,
    removeNode: machines.remove,
    setZone: machines.setZone,
    pull: (nodeId, accepts = always) => pull(parts, nodeId, accepts),
    push: (jobId, accepts = always) => push(parts, jobId, accepts),
    score: (jobId, nodeId) => scoreOf(parts, jobId, nodeId),
  }
}
