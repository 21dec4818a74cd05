import type { SocketHub } from './http/socket.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Ordering } from './ordering.ts'
import type { Challenges } from './proofs/challenges.ts'
import type { Ears } from './replicas/neighbours.ts'
import type { Neighbours } from './replicas/orders.ts'
import type { Shards } from './replicas/shards.ts'
import type { Registry } from './registry/registry.ts'

/** Speaks to nodes whichever coordinator holds their socket. */
export const reachEverywhere = (hub: SocketHub, neighbours: Pick<Neighbours, 'send' | 'tellAll'>): SocketHub => ({
  ...hub,
  send: (nodeId, frame) => hub.send(nodeId, frame) || neighbours.send(nodeId, frame),
  drop(nodeId) {
    hub.drop(nodeId)
    neighbours.tellAll({ type: 'drop', nodeId })
  },
})

interface EarsDeps {
  readonly registry: Pick<Registry, 'report'>
  readonly jobs: Pick<Jobs, 'wake' | 'heardElsewhere'>
  readonly challenges: Pick<Challenges, 'heard'>
  readonly ordering: Pick<Ordering, 'wake'>
  readonly hub: Pick<SocketHub, 'send' | 'drop'>
  readonly shards: Pick<Shards, 'epochOf'>
  /** Tells nodes that are connected here what is new for them. */
  readonly hint: () => Promise<void>
}

/** What this coordinator does about what others over the same database have heard and ask for. `look`: at what is watched. */
export function createEars({ registry, jobs, challenges, ordering, hub, shards, hint }: EarsDeps): (look: () => void) => Ears {
  return (look) => ({
    heard(heard) {
      for (const { nodeId, presence, ageMs } of heard) {
        challenges.heard(nodeId)
        jobs.heardElsewhere(presence.running)
        if (registry.report(nodeId, presence, ageMs)) jobs.wake()
      }
    },
    ordered(order) {
      if (order.type === 'look') return look()
      if (order.type === 'drop') return hub.drop(order.nodeId)
      ordering.wake(order.nodeId)
      hub.send(order.nodeId, order.frame)
    },
    moved: hub.drop,
    // Where rounds are planned, each of them ends with this.
    looked: () => (shards.epochOf('planning') === null ? hint() : Promise.resolve()),
  })
}
