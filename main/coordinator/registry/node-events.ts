import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createNodeEventsStore } from './node-events.store.ts'

/** Tells a node's owner what happened, in the transaction in which it happened; `recorded` hears of the number it gets before that has ended. */
export const createRecordEvent =
  (clock: Pick<Clock, 'now'>, recorded: (nodeId: string, seq: number) => void) =>
  async (tx: Tx, nodeId: string, fact: NodeEvent['fact']): Promise<void> => {
    recorded(nodeId, await createNodeEventsStore(tx).append(nodeId, fact, clock.now()))
  }

/** What happened to a node after event number `after`, oldest first. */
export const eventsAfter = (db: Db, nodeId: string, { after, limit }: { readonly after: number; readonly limit: number }): Promise<NodeEvent[]> =>
  createNodeEventsStore(db).after(nodeId, after, limit)

/** Number of the newest event of each of these nodes, 0 if nothing has happened yet. */
export const eventPositions = (db: Db, nodeIds: readonly string[]): Promise<ReadonlyMap<string, number>> => createNodeEventsStore(db).positions(nodeIds)
