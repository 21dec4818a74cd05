import { z } from 'zod'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { Client } from '../../../shared/contract/define.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../kernel/log.ts'

export interface FeedDeps {
  readonly client: Client<typeof coordinatorContract>
  /** Sequence number of the last event stored, 0 at first. */
  readonly position: () => number
  /** Stores the events and the new position in one transaction. */
  readonly store: (events: readonly NodeEvent[], position: number) => void
}

export const FeedPosition = z.number().int().min(0)

/** Asks for everything that happened to this node since the last event stored. Returns how many there were. Error: `internal` if it comes in no order. */
export async function pullFeed({ client, position, store }: FeedDeps): Promise<number> {
  let pulled = 0
  for (;;) {
    const after = position()
    const { events } = await client.call('nodeEvents', { after, limit: 100 })
    const fresh = events.filter((event) => event.seq > after)
    const last = fresh.at(-1)
    if (!last) return pulled
    if (fresh.some(({ seq }, index) => seq !== after + index + 1))
      throw new WindfallError('internal', `The coordinator left out events after number ${after}, or mixed them up. They are asked for again.`)
    store(fresh, last.seq)
    pulled += fresh.length
  }
}

/** Call it with the number of the coordinator's newest event; `heldBefore`: what was stored when the coordinator was asked for it. */
export type FollowFeed = (lastEvent: number, heldBefore?: number) => void

/** Keeps what is stored in step with what the coordinator says is the newest event. */
export function followFeed(deps: FeedDeps & { readonly log: Pick<Logger, 'info' | 'warn'> }): FollowFeed {
  let running = false
  let again = false
  const pull = async (): Promise<void> => {
    again = running
    if (running) return
    running = true
    try {
      await pullFeed(deps)
    } catch (error) {
      deps.log.info({ reason: messageOf(error) }, 'the event feed could not be read; the next hint or heartbeat tries again')
    } finally {
      running = false
    }
    if (again) await pull()
  }
  return (lastEvent, heldBefore = 0) => {
    if (lastEvent < heldBefore) startOver(deps, { lastEvent, heldBefore })
    if (lastEvent > deps.position()) void pull()
  }
}

/** It was restored from a backup, or once named events that never were. Reading all again changes nothing that is known, and misses nothing that is new. */
function startOver({ store, log }: Parameters<typeof followFeed>[0], numbers: { readonly lastEvent: number; readonly heldBefore: number }): void {
  log.warn(numbers, 'the coordinator knows fewer events than this node; they are read again from the first')
  store([], 0)
}
