import { z } from 'zod'
import type { coordinatorContract, NodeEvent } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'

export interface FeedDeps {
  readonly client: Client<typeof coordinatorContract>
  /** Sequence number of the last event stored, 0 at first. */
  readonly position: () => number
  /** Stores the events and the new position in one transaction. */
  readonly store: (events: readonly NodeEvent[], position: number) => void
}

export const FeedPosition = z.number().int().min(0)

/** Asks for everything that happened to this node since the last event stored. Returns how many there were. */
export async function pullFeed({ client, position, store }: FeedDeps): Promise<number> {
  let pulled = 0
  for (;;) {
    const after = position()
    const { events } = await client.call('nodeEvents', { after, limit: 100 })
    const fresh = events.filter((event) => event.seq > after)
    const last = fresh.at(-1)
    if (!last) return pulled
    store(fresh, last.seq)
    pulled += fresh.length
  }
}
