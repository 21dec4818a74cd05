import type { Capabilities, Presence } from '../../../shared/contract/node.ts'
import type { Envelope } from '../../../shared/contract/wire.ts'
import type { Db } from '../persistence/database.ts'
import { type Run, runAll } from '../../kernel/lifecycle.ts'
import { createAvailabilityBook } from './availability-book.ts'
import { type Enrolment, type EnrolmentDeps, createEnrolment } from './enrolment.ts'
import { createCapabilitiesStore } from './capabilities.store.ts'
import { type DirectoryEntry, createDirectory } from './directory.ts'
import { createDeviceKeysStore } from './device-keys.store.ts'
import { eventPositions } from './node-events.ts'
import { type Node, createNodesStore } from './nodes.store.ts'
import { type PresenceBook, type Seen, createPresenceBook } from './presence.ts'
import { createRotate } from './rotation.ts'

export interface RegistryDeps extends EnrolmentDeps {
  /** The database as what runs by itself writes to it: only while this coordinator is the one that runs it. */
  readonly loopDb: Db
  /** Told when a node is heard for the first time or again, and when it has been silent for too long. */
  readonly onPresence: (nodeId: string, isOnline: boolean) => void
  /** What was learned of owners' habits could not be saved; it is tried again. */
  readonly onUnsaved: (message: string) => void
}

/** A node as the scheduler sees it. */
interface ListedNode extends DirectoryEntry {
  readonly online: boolean
  readonly gone: boolean
  readonly ready: boolean
}

type NodeWithCapabilities = Pick<Node, 'nodeId' | 'keyId' | 'publicJwk' | 'history' | 'rotations'> & { readonly capabilities: Capabilities }

export interface Registry extends Enrolment {
  readonly node: (nodeId: string) => Promise<Node | null>
  /** The node that signs with this key, or did until it replaced it. */
  readonly nodeOfKey: (keyId: string) => Promise<Node | null>
  readonly capabilities: (nodeId: string) => Promise<Capabilities | null>
  /** Number of the newest event of a node, 0 if nothing has happened to it yet. */
  readonly lastEvent: (nodeId: string) => Promise<number>
  /** Rises with every change of who is there, and of who of them is ready or at work. */
  readonly presenceVersion: () => number
  /** What was heard of a node, and when. */
  readonly seen: (nodeId: string) => Seen
  readonly withCapabilities: (nodeId: string) => Promise<NodeWithCapabilities | null>
  /** Replaces the key of a node; repeating it is harmless. Errors: `conflict`, `auth.refused`. */
  readonly rotateKey: (nodeId: string, statement: Envelope) => Promise<{ readonly nodeId: string; readonly keyId: string }>
  /** Keeps what an agent says about itself, in memory. True if it may now be given work that it could not be given before. */
  readonly report: (nodeId: string, presence: Presence, ageMs?: number) => boolean
  readonly list: () => Promise<readonly ListedNode[]>
  /** The share of each hour of the UTC week in which its owner lets it work, as learned; for the owner and the planner alone. */
  readonly availability: (nodeId: string, zone: string) => readonly number[] | null
  /** Notices who falls silent, and reads what another coordinator learns. */
  readonly run: Run
  /** Learns when owners let their nodes work. */
  readonly learn: Run
}

/** Reasons that do not keep a node from being given work: the window is chosen by the planner, and the rest is cured by the work itself. */
const NO_OBSTACLE: ReadonlySet<string> = new Set(['carbon', 'grid-stale', 'no-jobs', 'offline'])

/** Whether a node's owner would let it work in a window that is green enough. */
export const isWilling = ({ ready, reasons }: Pick<Presence, 'ready' | 'reasons'>): boolean => ready || reasons.every((reason) => NO_OBSTACLE.has(reason))

/** A job that runs shows that its owner lets it, whatever keeps the node from another one. */
const letsWork = ({ reachability, presence }: Seen): boolean =>
  reachability === 'online' && presence !== null && (isWilling(presence) || presence.running.some(({ state }) => state !== 'waiting'))

/** Says of each entry whether it is there; who is as before stays the same object, and a fleet that is as before stays the same list. */
function createListing({ of }: Pick<PresenceBook, 'of'>): (entries: readonly DirectoryEntry[]) => readonly ListedNode[] {
  let [before, listed]: [readonly DirectoryEntry[], readonly ListedNode[]] = [[], []]
  return (entries) => {
    let isSame = entries === before
    const found = entries.map((entry, index) => {
      const { reachability, presence } = of(entry.nodeId)
      const [online, gone, ready] = [reachability === 'online', reachability === 'offline', presence !== null && isWilling(presence)]
      const last = before[index] === entry ? listed[index] : undefined
      if (last?.online === online && last.gone === gone && last.ready === ready) return last
      isSame = false
      return { ...entry, online, gone, ready }
    })
    if (!isSame) listed = found
    before = entries
    return listed
  }
}

/** Who the nodes are, what they can do and who of them is there. */
export function createRegistry(deps: RegistryDeps): Registry {
  const { db } = deps
  let presences = 0
  const book = createPresenceBook({
    ...deps,
    onPresence: (nodeId, isOnline) => {
      presences += 1
      deps.onPresence(nodeId, isOnline)
    },
  })
  const nodes = createNodesStore(db)
  const records = createCapabilitiesStore(db)
  const working = createDirectory(deps)
  const listing = createListing(book)
  const habits = createAvailabilityBook({
    ...deps,
    db: deps.loopDb,
    nodes: async () =>
      (await working()).map(({ nodeId, capabilities: { zone } }) => {
        const seen = book.of(nodeId)
        return { nodeId, zone, state: seen.reachability === 'unknown' ? 'unknown' : letsWork(seen) ? 'willing' : 'unwilling' }
      }),
  })
  return {
    ...createEnrolment(deps),
    node: (nodeId) => nodes.get(nodeId),
    async nodeOfKey(keyId) {
      // Nearly every key is the first one of its node, and names it; a first key is never a later one of another node.
      const node = await nodes.get(keyId)
      if (node) return node
      const nodeId = await createDeviceKeysStore(db).nodeOf(keyId)
      return nodeId === null ? null : nodes.get(nodeId)
    },
    rotateKey: createRotate(deps),
    capabilities: (nodeId) => records.capabilities(nodeId),
    lastEvent: async (nodeId) => (await eventPositions(db, [nodeId])).get(nodeId) ?? 0,
    presenceVersion: () => presences,
    seen: book.of,
    async withCapabilities(nodeId) {
      const node = await nodes.get(nodeId)
      const capabilities = await records.capabilities(nodeId)
      if (!node || !capabilities) return null
      const { keyId, publicJwk, history, rotations } = node
      return { nodeId, keyId, publicJwk, history, rotations, capabilities }
    },
    report(nodeId, presence, ageMs = 0) {
      const { reachability, presence: before } = book.of(nodeId)
      book.report(nodeId, presence, ageMs)
      if (before?.ready !== presence.ready || before.running.length !== presence.running.length) presences += 1
      const couldWork = before !== null && reachability === 'online' && isWilling(before) && before.running.length === 0
      return isWilling(presence) && presence.running.length === 0 && !couldWork
    },
    list: async () => listing(await working()),
    availability: habits.of,
    run: (signal) => runAll(signal, [book.run, habits.follow]),
    learn: habits.run,
  }
}
