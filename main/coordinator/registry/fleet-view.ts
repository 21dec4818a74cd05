import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { OutputOf } from '../../../shared/contract/define.ts'
import { isWorking } from '../../../shared/contract/node.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { FleetMember } from './fleets.store.ts'
import type { Fleets } from './fleets.ts'
import type { Registry } from './registry.ts'

type FleetView = OutputOf<typeof coordinatorContract.getFleet>
type FleetNode = FleetView['nodes'][number]

export interface FleetViewDeps {
  readonly clock: Clock
  readonly fleets: Pick<Fleets, 'of'>
  readonly registry: Pick<Registry, 'node' | 'capabilities' | 'seen' | 'availability'>
  /** What each node has used, watt-hours, and earned, micro-USD, since an epoch millisecond. */
  readonly energySince: (nodeIds: readonly string[], since: number) => Promise<ReadonlyMap<string, number>>
  readonly earnedSince: (nodeIds: readonly string[], since: number) => Promise<ReadonlyMap<string, bigint>>
}

const DAY_MS = 86_400_000

/** All machines of the fleet that a node is in, as the coordinator knows them. Error: `not-found`. */
export const createFleetView =
  (deps: FleetViewDeps) =>
  async (nodeId: string): Promise<FleetView> => {
    const { clock, fleets } = deps
    const { fleetId, members } = await fleets.of(nodeId)
    const now = clock.now()
    const since = now - (now % DAY_MS)
    const ids = members.map((member) => member.nodeId)
    const [energy, earned] = await Promise.all([deps.energySince(ids, since), deps.earnedSince(ids, since)])
    const today = (id: string) => ({ energyWh: energy.get(id) ?? 0, microUsd: String(earned.get(id) ?? 0n) })
    const nodes = await Promise.all(members.map(async (member) => ({ ...(await describe(deps, member)), today: today(member.nodeId) })))
    return { fleetId, self: nodeId, since: toIso(since), nodes }
  }

const toList = (shares: readonly number[] | null): number[] | null => shares && [...shares]

async function describe({ registry }: FleetViewDeps, { nodeId, joinedAt }: FleetMember): Promise<Omit<FleetNode, 'today'>> {
  const [node, capabilities] = await Promise.all([registry.node(nodeId), registry.capabilities(nodeId)])
  const { reachability, presence, ageMs } = registry.seen(nodeId)
  return {
    nodeId,
    joinedAt: toIso(joinedAt),
    state: node && !isWorking(node.state) ? 'quarantined' : reachability,
    // What it said before it fell silent is no news of what it does now.
    ready: reachability === 'online' && presence !== null ? presence.ready : null,
    reasons: node?.stateReason ? [node.stateReason.slice(0, 300)] : (presence?.reasons ?? []),
    running: reachability === 'online' ? (presence?.running.length ?? 0) : 0,
    ageMs: ageMs === null ? null : Math.round(ageMs),
    zone: capabilities?.zone ?? null,
    os: capabilities?.os ?? null,
    arch: capabilities?.arch ?? null,
    agentVersion: capabilities?.agentVersion ?? null,
    gpus: capabilities?.gpus.map(({ name }) => name) ?? [],
    availability: capabilities && toList(registry.availability(nodeId, capabilities.zone)),
  }
}
