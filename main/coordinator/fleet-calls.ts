import type { CoordinatorParts } from './http/parts.ts'
import { earnedSince } from './ledger/node-day.store.ts'
import { energySince } from './receipts/node-day.store.ts'
import { createFleetView } from './registry/fleet-view.ts'
import { type FleetDeps, createFleets } from './registry/fleets.ts'
import type { Registry } from './registry/registry.ts'

/** What a machine may do in the fleet of its owner, with what receipts and ledger know of each. */
export function createFleetCalls(deps: FleetDeps & { readonly registry: Registry }): CoordinatorParts['fleets'] {
  const { db, clock, registry } = deps
  const fleets = createFleets(deps)
  const view = createFleetView({
    clock,
    fleets,
    registry,
    energySince: (nodeIds, since) => energySince(db, nodeIds, since),
    earnedSince: (nodeIds, since) => earnedSince(db, nodeIds, since),
  })
  return { invite: fleets.invite, join: fleets.join, view, remove: fleets.remove }
}
