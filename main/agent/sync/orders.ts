import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { YieldReason } from '../../../shared/contract/job.ts'
import type { Presence } from '../../../shared/contract/node.ts'
import type { Orders } from '../../../shared/contract/run-calls.ts'
import { messageOf } from '../../../shared/errors.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import { createLatch } from '../../kernel/latch.ts'
import type { Logger } from '../../kernel/log.ts'
import type { SocketLine } from './socket.ts'

/** What orders are carried out with. */
export interface OrderTaker {
  readonly cancel: (leaseId: string, reason: string) => void
  readonly yieldLease: (leaseId: string, reason: YieldReason) => void
  /** The coordinator has renewed these leases. */
  readonly confirmed: (leaseIds: readonly string[]) => void
}

export interface OrdersDeps extends OrderTaker {
  readonly client: Client<typeof coordinatorContract>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Pick<Logger, 'info'>
  readonly presence: () => Pick<Presence, 'running'>
  /** Where it can be spoken to, orders come over it. */
  readonly line: Readonly<SocketLine>
}

const WAIT_MS = 10_000
/** Whatever the other side answers, it is not asked more often than this. */
const LEAST_MS = 1_000
const RETRY = { baseMs: 1_000, maxMs: 30_000 }

/** Only what was reported has been renewed, and only that can be taken back here: what came meanwhile was not asked about. */
export function carryOut({ cancel, yieldLease, confirmed }: OrderTaker, { running }: Pick<Presence, 'running'>, { lost, cancelled, yields }: Orders): void {
  for (const leaseId of lost) cancel(leaseId, 'lost')
  for (const leaseId of cancelled) cancel(leaseId, 'cancelled')
  for (const { leaseId, reason } of yields) yieldLease(leaseId, reason)
  const ended = new Set([...lost, ...cancelled])
  confirmed(running.flatMap(({ leaseId }) => (ended.has(leaseId) ? [] : [leaseId])))
}

/**
 * While this node holds a lease and no socket is open, one request waits at the coordinator for an order, so that a cancelled job ends at once
 * there, too. `look` says that this may have become so.
 */
export function createOrders(deps: OrdersDeps): { readonly look: () => void; readonly run: (signal: AbortSignal) => Promise<void> } {
  const { clock, line, presence } = deps
  const needed = createLatch()
  return {
    look: needed.raise,
    async run(signal: AbortSignal): Promise<void> {
      while (await needed.wait(signal)) {
        let failures = 0
        while (line.say === null && presence().running.length > 0 && !signal.aborted) {
          const askedAt = clock.monotonic()
          failures = (await ask(deps)) ? 0 : failures + 1
          const leastMs = failures === 0 ? LEAST_MS : LEAST_MS + backoffMs(failures, deps.random(), RETRY)
          await clock.sleep(Math.max(0, askedAt + leastMs - clock.monotonic()), signal)
        }
      }
    },
  }
}

async function ask(deps: OrdersDeps): Promise<boolean> {
  const { running } = deps.presence()
  try {
    carryOut(deps, { running }, await deps.client.call('awaitOrders', { running, waitMs: WAIT_MS }))
    return true
  } catch (error) {
    deps.log.info({ reason: messageOf(error) }, 'no orders could be heard')
    return false
  }
}
