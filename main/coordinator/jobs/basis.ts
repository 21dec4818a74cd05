/** What a plan was made on, and what has become free since. */
import type { PlaceKind } from '../../../shared/domain/places.ts'
import type { Holdings } from './holdings.ts'
import { placeOf } from './place.ts'
import type { KnownNode } from './ports.ts'

export interface Basis {
  /** How many places of a kind on a node nobody had in mind who planned: leases have held them since and do no longer, or the node was not there. */
  readonly freed: (now: Holdings, nodeId: string, kind: PlaceKind) => number
  /** So many places are held from now on, before anybody reads it: a lease may end before the next look. */
  readonly held: (nodeId: string, kind: PlaceKind, places: number) => void
}

/** `holdings` and `nodes`: as they were when planning began. */
export function createBasis(holdings: Holdings, nodes: readonly KnownNode[]): Basis {
  const there = new Set(nodes.flatMap(({ nodeId, online, ready }) => (online && ready ? [nodeId] : [])))
  const most = new Map<string, number>()
  return {
    freed(now, nodeId, kind) {
      if (!there.has(nodeId)) return Infinity
      return Math.max(0, Math.max(holdings.taken(nodeId, kind), most.get(placeOf(nodeId, kind)) ?? 0) - now.taken(nodeId, kind))
    },
    held(nodeId, kind, places) {
      const place = placeOf(nodeId, kind)
      most.set(place, Math.max(places, most.get(place) ?? 0))
    },
  }
}
