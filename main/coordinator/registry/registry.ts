import type { Capabilities, Presence } from '../../../shared/contract/coordinator.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { transact } from '../persistence/database.ts'
import { type Enrolment, type EnrolmentDeps, createEnrolment } from './enrolment.ts'
import { type Node, createNodesStore } from './nodes.store.ts'
import { createPresenceBook } from './presence.ts'

export type RegistryDeps = EnrolmentDeps

/** A node as the scheduler sees it. */
interface ListedNode {
  readonly nodeId: string
  readonly capabilities: Capabilities
  readonly online: boolean
  readonly gone: boolean
  readonly ready: boolean
}

export interface Registry extends Enrolment {
  readonly node: (nodeId: string) => Promise<Node | null>
  readonly withCapabilities: (nodeId: string) => Promise<{ readonly nodeId: string; readonly publicJwk: PublicJwk; readonly capabilities: Capabilities } | null>
  /** Keeps what an agent says about itself, in memory. True if it may now be given work that it could not be given before. */
  readonly report: (nodeId: string, presence: Presence) => boolean
  readonly list: () => Promise<ListedNode[]>
  /** Takes a node out of service, with a reason its owner is shown. */
  readonly quarantine: (nodeId: string, reason: string) => Promise<void>
}

/** Reasons that do not keep a node from being given work: the window is chosen by the planner, and the rest is cured by the work itself. */
const NO_OBSTACLE: ReadonlySet<string> = new Set(['carbon', 'grid-stale', 'no-jobs', 'offline'])

/** Whether a node's owner would let it work in a window that is green enough. */
export const isWilling = ({ ready, reasons }: Pick<Presence, 'ready' | 'reasons'>): boolean => ready || reasons.every((reason) => NO_OBSTACLE.has(reason))

/** Who the nodes are, what they can do and who of them is there. */
export function createRegistry(deps: RegistryDeps): Registry {
  const { db, clock } = deps
  const book = createPresenceBook(clock)
  const nodes = createNodesStore(db)
  return {
    ...createEnrolment(deps),
    node: (nodeId) => nodes.get(nodeId),
    async withCapabilities(nodeId) {
      const node = await nodes.get(nodeId)
      const capabilities = await nodes.capabilities(nodeId)
      return node && capabilities && { nodeId, publicJwk: node.publicJwk, capabilities }
    },
    report(nodeId, presence) {
      const { reachability, presence: before } = book.of(nodeId)
      book.report(nodeId, presence)
      const couldWork = before !== null && reachability === 'online' && isWilling(before) && before.running.length === 0
      return isWilling(presence) && presence.running.length === 0 && !couldWork
    },
    async list() {
      return (await nodes.active()).map(({ nodeId, capabilities }) => {
        const { reachability, presence } = book.of(nodeId)
        return { nodeId, capabilities, online: reachability === 'online', gone: reachability === 'offline', ready: presence !== null && isWilling(presence) }
      })
    },
    quarantine: (nodeId, reason) =>
      transact(db, async (tx) => {
        await createNodesStore(tx).setState(nodeId, 'quarantined', reason)
        await deps.decide(tx, 'node.quarantined', { nodeId, reason })
      }),
  }
}
