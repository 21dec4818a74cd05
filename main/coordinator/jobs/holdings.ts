import type { JobSpec } from '../../../shared/contract/job.ts'
import { type PlaceKind, placeKindFor, placesFor } from '../../../shared/domain/places.ts'
import type { Db } from '../persistence/database.ts'
import { createAttemptsStore } from './attempts.store.ts'
import { createJobsStore } from './jobs.store.ts'
import { placeOf } from './place.ts'

/** What open leases hold at one moment. */
export interface Holdings {
  readonly leaseIds: ReadonlySet<string>
  /** Places of a kind that are taken on a node. */
  readonly taken: (nodeId: string, kind: PlaceKind) => number
}

interface Holding {
  readonly nodeId: string
  readonly kind: PlaceKind
  readonly places: number
}

const holdingOf = ({ gpus }: JobSpec['needs'], nodeId: string): Holding => ({ nodeId, kind: placeKindFor({ gpus }), places: placesFor({ gpus }) })

/** Reads which leases are open; what each holds never changes, so it is looked up once. */
export function createHoldings(db: Db): () => Promise<Holdings> {
  let known = new Map<string, Holding>()
  return async () => {
    const open = await createAttemptsStore(db).openLeases()
    const unknown = open.filter(({ leaseId }) => !known.has(leaseId))
    const needs = await createJobsStore(db).needsOf(unknown.map(({ jobId }) => jobId))
    const now = new Map<string, Holding>()
    const taken = new Map<string, number>()
    for (const { leaseId, jobId, nodeId } of open) {
      const needed = needs.get(jobId)
      const holding = known.get(leaseId) ?? (needed && holdingOf(needed, nodeId))
      if (!holding) continue
      now.set(leaseId, holding)
      const place = placeOf(nodeId, holding.kind)
      taken.set(place, (taken.get(place) ?? 0) + holding.places)
    }
    known = now
    return { leaseIds: new Set(open.map(({ leaseId }) => leaseId)), taken: (nodeId, kind) => taken.get(placeOf(nodeId, kind)) ?? 0 }
  }
}
