import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, atEnd } from '../persistence/database.ts'
import { type Happened, createNodeEventsStore } from './node-events.store.ts'

/** By transaction and node: what has happened and is not written yet. */
const waiting = new WeakMap<Tx, Map<string, Happened[]>>()

/**
 * Tells a node's owner what happened, in the transaction in which it happened: everything about one node at its end, together. `recorded` hears of the
 * number that the last of it gets before the transaction has ended. Error, at that end: `not-found`.
 */
export const createRecordEvent =
  (clock: Pick<Clock, 'now'>, recorded: (nodeId: string, seq: number) => void) =>
  async (tx: Tx, nodeId: string, fact: NodeEvent['fact']): Promise<void> => {
    const nodes = waiting.get(tx) ?? new Map<string, Happened[]>()
    waiting.set(tx, nodes)
    const happened = nodes.get(nodeId) ?? []
    if (happened.push({ fact, at: clock.now() }) > 1) return
    nodes.set(nodeId, happened)
    atEnd(tx, async () => {
      // What is left may leave more, which gets numbers of its own.
      nodes.delete(nodeId)
      recorded(nodeId, await createNodeEventsStore(tx).append(nodeId, happened))
    })
  }

/** What happened to a node after event number `after`, oldest first. */
export const eventsAfter = (db: Db, nodeId: string, { after, limit }: { readonly after: number; readonly limit: number }): Promise<NodeEvent[]> =>
  createNodeEventsStore(db).after(nodeId, after, limit)

/** Number of the newest event of each of these nodes, 0 if nothing has happened yet. */
export const eventPositions = (db: Db, nodeIds: readonly string[]): Promise<ReadonlyMap<string, number>> => createNodeEventsStore(db).positions(nodeIds)
