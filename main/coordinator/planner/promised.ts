/** What machines are promised to already. Pure; times are epoch milliseconds. */
import type { JobSpec } from '../../../shared/contract/job.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { NodeStanding } from '../../../shared/domain/node-standing.ts'
import { placeKindFor, placesFor } from '../../../shared/domain/places.ts'
import { isUnderpaid } from './eligible.ts'
import { placesOn } from './feasibility.ts'

export interface AdmissionNode {
  readonly nodeId: string
  readonly capabilities: Capabilities
  readonly standing?: NodeStanding
}

/** A job that was admitted and has not ended. */
export interface PromisedJob {
  readonly requesterId: string
  readonly spec: JobSpec
  /** What is left of its expected run time. */
  readonly restMs: number
  readonly deadlineAt: number
  /** The node that has it; `null` for one that waits. */
  readonly heldBy: string | null
}

/** Work that waits, of one requester’s jobs that are alike in who can take them and when they have to be done. */
export interface Group {
  readonly requesterId: string
  readonly kind: string
  readonly spec: JobSpec
  readonly deadlineAt: number
  /** Place-milliseconds. */
  readonly workMs: number
}

/** Jobs alike in this are alike in who can take them. */
export const kindOf = (spec: JobSpec): string => JSON.stringify([spec.zones, spec.runtime.name, spec.needs, spec.limits.memoryBytes, isUnderpaid(spec)])

/** Deadlines within this are one: the later one, which makes the promise the weaker. */
const SAME_DEADLINE_MS = 300_000

/** What waits, in few pieces, by what they have in common. */
export type Groups = Map<string, Group>

/** So much more work waits like this job’s. */
export function addWork(groups: Groups, { requesterId, spec, deadlineAt }: Pick<PromisedJob, 'requesterId' | 'spec' | 'deadlineAt'>, workMs: number): void {
  const [kind, until] = [kindOf(spec), Math.ceil(deadlineAt / SAME_DEADLINE_MS) * SAME_DEADLINE_MS]
  const key = `${until} ${requesterId} ${kind}`
  groups.set(key, { requesterId, kind, spec, deadlineAt: until, workMs: (groups.get(key)?.workMs ?? 0) + workMs })
}

/** When a node first has so many places free, as far as its leases go. */
export function freeFrom(node: AdmissionNode, spec: JobSpec, { held, now }: { readonly held: readonly PromisedJob[]; readonly now: number }): number {
  const own = held.filter((one) => placeKindFor(one.spec.needs) === placeKindFor(spec.needs)).toSorted((a, b) => a.restMs - b.restMs)
  let free = placesOn(node.capabilities, spec) - own.reduce((sum, one) => sum + placesFor(one.spec.needs), 0)
  let at = now
  for (const one of own) {
    if (free >= placesFor(spec.needs)) break
    free += placesFor(one.spec.needs)
    at = now + one.restMs
  }
  return at
}
