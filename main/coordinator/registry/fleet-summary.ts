import { setImmediate } from 'node:timers/promises'
import type { NodeState } from '../../../shared/contract/node.ts'
import { isWorking } from '../../../shared/contract/node.ts'
import type { FleetSummary } from '../../../shared/contract/overview.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db } from '../persistence/database.ts'
import { allGpus, allNodes } from './fleet-counts.store.ts'
import type { Seen } from './presence.ts'

interface Deps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly registry: { readonly seen: (nodeId: string) => Seen }
}

/** So many zones and models are listed, those with most nodes. */
const [MOST_ZONES, MOST_MODELS] = [500, 200]

interface Counted {
  nodes: number
  online: number
}

function count(into: Map<string, Counted>, key: string, isOnline: boolean): void {
  const known = into.get(key) ?? { nodes: 0, online: 0 }
  into.set(key, { nodes: known.nodes + 1, online: known.online + (isOnline ? 1 : 0) })
}

const mostFirst = (counted: ReadonlyMap<string, Counted>, most: number) =>
  [...counted].toSorted(([a, one], [b, other]) => other.nodes - one.nodes || (a < b ? -1 : 1)).slice(0, most)

const doingOf = ({ presence }: Seen): keyof FleetSummary['doing'] => {
  if (presence !== null && presence.running.length > 0) return 'working'
  return presence?.ready === true ? 'ready' : 'waiting'
}

/** Counts every node once, and lets others have their turn in between. */
export async function fleetSummary({ db, clock, registry }: Deps): Promise<FleetSummary> {
  const states: Record<NodeState, number> = { active: 0, probation: 0, quarantined: 0, removed: 0 }
  const [presence, doing] = [
    { online: 0, offline: 0, unknown: 0 },
    { working: 0, ready: 0, waiting: 0 },
  ]
  const [zones, models, removed] = [new Map<string, Counted>(), new Map<string, Counted>(), new Set<string>()]
  for await (const some of allNodes(db)) {
    for (const { nodeId, state, zone } of some) {
      states[state] += 1
      if (state === 'removed') removed.add(nodeId)
      if (state === 'removed') continue
      const seen = registry.seen(nodeId)
      presence[seen.reachability] += 1
      if (seen.reachability === 'online' && isWorking(state)) doing[doingOf(seen)] += 1
      if (zone !== null) count(zones, zone, seen.reachability === 'online')
    }
    await setImmediate()
  }
  for await (const some of allGpus(db)) {
    for (const { nodeId, name } of some) if (!removed.has(nodeId)) count(models, name, registry.seen(nodeId).reachability === 'online')
    await setImmediate()
  }
  return {
    asOf: toIso(clock.now()),
    nodes: Object.values(states).reduce((sum, one) => sum + one, 0),
    states,
    presence,
    doing,
    zones: mostFirst(zones, MOST_ZONES).map(([zone, counted]) => ({ zone, ...counted })),
    gpus: mostFirst(models, MOST_MODELS).map(([name, counted]) => ({ name, ...counted })),
  }
}
