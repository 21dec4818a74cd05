import type { Presence } from '../../shared/contract/node.ts'
import type { SocketHub } from './http/socket.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Db } from './persistence/database.ts'
import type { Challenges } from './proofs/challenges.ts'
import type { Neighbours } from './replicas/orders.ts'
import { eventPositions, eventsAfter } from './registry/node-events.ts'
import type { Registry } from './registry/registry.ts'

interface Hearers {
  readonly registry: Pick<Registry, 'report'>
  readonly jobs: Pick<Jobs, 'wake' | 'renew' | 'offered'>
  readonly challenges: Pick<Challenges, 'heard' | 'open'>
  readonly hub: Pick<SocketHub, 'send'>
  readonly neighbours: Pick<Neighbours, 'heard'>
}

/** What agents say, whichever way it arrives. */
export function createHearing(db: Db, { registry, jobs, challenges, hub, neighbours }: Hearers) {
  const report = async (nodeId: string, presence: Presence) => {
    challenges.heard(nodeId)
    const isNews = registry.report(nodeId, presence)
    if (isNews) jobs.wake()
    neighbours.heard(nodeId, presence, isNews)
    return jobs.renew(nodeId, presence.running)
  }
  return {
    async offer(nodeId: string): Promise<void> {
      challenges.heard(nodeId)
      for (const lease of await jobs.offered(nodeId)) hub.send(nodeId, { type: 'lease', lease })
      for (const challenge of await challenges.open(nodeId)) hub.send(nodeId, { type: 'proof-challenge', ...challenge })
    },
    async hear(nodeId: string, presence: Presence): Promise<void> {
      const { lost, cancelled, yields } = await report(nodeId, presence)
      for (const leaseId of lost) hub.send(nodeId, { type: 'cancel', leaseId, reason: 'lost' })
      for (const leaseId of cancelled) hub.send(nodeId, { type: 'cancel', leaseId, reason: 'cancelled' })
      for (const order of yields) hub.send(nodeId, { type: 'yield', ...order })
    },
    async heartbeat(nodeId: string, presence: Presence) {
      const dropped = await report(nodeId, presence)
      const lastEvent = (await eventPositions(db, [nodeId])).get(nodeId) ?? 0
      return { ...dropped, lastEvent, challenges: await challenges.open(nodeId) }
    },
    events: (nodeId: string, page: { readonly after: number; readonly limit: number }) => eventsAfter(db, nodeId, page),
  }
}
