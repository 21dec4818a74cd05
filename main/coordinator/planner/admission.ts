/**
 * Whether a job can be done by its deadline at all. Says no only where no machine could: it takes every owner for willing and every hour for free
 * that nothing is promised in, so what it admits may still come too late. Whatever others were promised, a requester can always have the share of
 * all time that its weight gives it. An estimate, as good as what jobs are expected to take. Pure; times are
 * epoch milliseconds.
 */
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Exclusion } from '../../../shared/contract/plan.ts'
import { missesReputation } from '../../../shared/domain/node-standing.ts'
import { placeKindFor, placesFor } from '../../../shared/domain/places.ts'
import { fromIso } from '../../../shared/units.ts'
import { isUnderpaid } from './eligible.ts'
import { lastingExclusion, placesOn } from './feasibility.ts'
import { type AdmissionNode, type Group, type Groups, type PromisedJob, addWork, freeFrom, kindOf } from './promised.ts'

export interface AdmissionWorld {
  readonly now: number
  readonly nodes: readonly AdmissionNode[]
  readonly promised: readonly PromisedJob[]
  /** A requester's weight, against those of the others. */
  readonly weightOf: (requesterId: string) => number
}

/** So many jobs like this, of one requester. */
interface AdmissionOrder {
  readonly requesterId: string
  readonly spec: JobSpec
  readonly jobs: number
}

/** `needs`: no machine has what it asks for · `time`: it takes longer than there is time · `capacity`: what is promised already leaves too little. */
export type Admission =
  | { readonly is: 'admitted' }
  | { readonly is: 'refused'; readonly for: 'needs'; readonly excluded: Partial<Record<Exclusion, number>>; readonly nodes: number }
  | { readonly is: 'refused'; readonly for: 'time' | 'capacity'; readonly neededMs: number; readonly earliestDeadline: number }

export interface AdmissionDesk {
  /** Whether all of them can be done by their deadline. */
  readonly judge: (order: AdmissionOrder) => Admission
  /** They are let in: what is asked from now on has to leave them their time. */
  readonly promise: (order: AdmissionOrder) => void
}

/** Who can take jobs of a kind, and when the first of them has a place. */
interface Takers {
  readonly ids: ReadonlySet<string>
  readonly places: number
  readonly freeFrom: number
  /** By kind of a job that waits: whether nobody else can take it. */
  readonly onlyTakers: Map<string, boolean>
}

const exclusionOf = ({ capabilities, standing }: AdmissionNode, spec: JobSpec): Exclusion | null =>
  lastingExclusion(capabilities, spec) ?? (isUnderpaid(spec) ? 'price' : null) ?? (missesReputation(standing, spec) ? 'reputation' : null)

function countExclusions(nodes: readonly AdmissionNode[], spec: JobSpec): Partial<Record<Exclusion, number>> {
  const counts: Partial<Record<Exclusion, number>> = {}
  for (const node of nodes) {
    const why = exclusionOf(node, spec)
    if (why) counts[why] = (counts[why] ?? 0) + 1
  }
  return counts
}

/** A moment to begin, and a little longer than expected. */
const marginMs = (ms: number): number => 30_000 + 0.05 * ms
const LONGEST_MS = 400 * 86_400_000
const MOST_TRIES = 400

/** The first time from `at` on by which it would be done, if ever. */
function settle(at: number, doneBy: (at: number) => number, latest: number): number {
  let found = at
  for (let tries = 0; tries < MOST_TRIES && found < latest && doneBy(found) > found; tries += 1) found = Math.min(doneBy(found), latest)
  return found
}

const workOf = (some: readonly Group[]): number => some.reduce((sum, { workMs }) => sum + workMs, 0)

/** Answers for nodes and promises as they are at one moment. What hangs on the nodes alone is worked out once for each kind of job. */
export function createAdmissionDesk({ now, nodes, promised, weightOf }: AdmissionWorld): AdmissionDesk {
  const groups: Groups = new Map()
  for (const one of promised) if (one.heldBy === null) addWork(groups, one, one.restMs * placesFor(one.spec.needs))
  const byNode = Map.groupBy(
    promised.filter(({ heldBy }) => heldBy !== null),
    ({ heldBy }) => heldBy,
  )
  const known = new Map<string, Takers>()
  const takersOf = (spec: JobSpec): Takers => {
    const kind = kindOf(spec)
    const found = known.get(kind)
    if (found) return found
    const able = nodes.filter((node) => exclusionOf(node, spec) === null)
    const takers = {
      ids: new Set(able.map(({ nodeId }) => nodeId)),
      places: able.reduce((sum, { capabilities }) => sum + placesOn(capabilities, spec), 0),
      freeFrom: able.reduce((first, node) => Math.min(first, freeFrom(node, spec, { now, held: byNode.get(node.nodeId) ?? [] })), Infinity),
      onlyTakers: new Map<string, boolean>(),
    }
    known.set(kind, takers)
    return takers
  }
  const isTheirs = ({ ids, onlyTakers }: Takers, { kind, spec }: Group): boolean => {
    const answer = onlyTakers.get(kind) ?? nodes.every((node) => ids.has(node.nodeId) || exclusionOf(node, spec) !== null)
    onlyTakers.set(kind, answer)
    return answer
  }
  /** Place-milliseconds that these nodes will have spent by a time on what they hold. */
  const heldUntil = (takers: Takers, spec: JobSpec, at: number): number => {
    const kind = placeKindFor(spec.needs)
    let held = 0
    for (const [nodeId, own] of byNode)
      if (nodeId !== null && takers.ids.has(nodeId))
        for (const one of own) if (placeKindFor(one.spec.needs) === kind) held += Math.min(one.restMs, at - now) * placesFor(one.spec.needs)
    return held
  }
  /** What is promised for a time and nobody else could do, place-milliseconds: to the requester, and to others, as far as those have a claim to it. */
  const promisedBy = (takers: Takers, { requesterId, spec }: AdmissionOrder, at: number): number => {
    const kind = placeKindFor(spec.needs)
    const theirs = [...groups.values()].filter((group) => group.deadlineAt <= at && placeKindFor(group.spec.needs) === kind && isTheirs(takers, group))
    const others = theirs.filter((group) => group.requesterId !== requesterId)
    const weights = [...new Set(others.map((group) => group.requesterId))].reduce((sum, other) => sum + weightOf(other), 0)
    const claim = weights / (weights + weightOf(requesterId))
    return workOf(theirs) - workOf(others) + Math.min(workOf(others), claim * takers.places * (at - now))
  }
  return {
    judge(order) {
      const { spec, jobs } = order
      // Of machines that are still to come, nobody knows anything.
      if (nodes.length === 0) return { is: 'admitted' }
      const takers = takersOf(spec)
      if (takers.ids.size === 0) return { is: 'refused', for: 'needs', excluded: countExclusions(nodes, spec), nodes: nodes.length }
      const neededMs = Math.ceil(spec.expected.seconds * 1_000)
      const [deadline, earliest] = [fromIso(spec.deadline), Math.max(now, spec.earliestStart === null ? now : fromIso(spec.earliestStart))]
      const begins = Math.max(earliest, takers.freeFrom)
      const own = neededMs * placesFor(spec.needs) * jobs
      const doneBy = (at: number): number => {
        const before = heldUntil(takers, spec, at) + promisedBy(takers, order, at)
        return Math.max(begins + neededMs, now + (before + own) / takers.places)
      }
      if (doneBy(deadline) <= deadline) return { is: 'admitted' }
      const why = earliest + neededMs > deadline ? 'time' : 'capacity'
      const done = settle(doneBy(deadline), doneBy, now + LONGEST_MS)
      return { is: 'refused', for: why, neededMs, earliestDeadline: Math.ceil(done + marginMs(neededMs)) }
    },
    promise({ requesterId, spec, jobs }) {
      addWork(groups, { requesterId, spec, deadlineAt: fromIso(spec.deadline) }, Math.ceil(spec.expected.seconds * 1_000) * placesFor(spec.needs) * jobs)
    },
  }
}
