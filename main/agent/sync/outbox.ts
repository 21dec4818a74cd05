import { WindfallError, messageOf } from '../../../shared/errors.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { OutboxItem, OutboxStore } from './outbox.store.ts'

export interface OutboxDeps {
  readonly outbox: OutboxStore
  readonly client: Client<typeof coordinatorContract>
  readonly clock: Clock
  readonly random: () => number
  /** The coordinator refused for good: the owner gets to see why. */
  readonly refused: (item: OutboxItem, error: WindfallError) => void
  readonly accepted: (item: OutboxItem) => void
}

const IDLE_MS = 400

/** Delivers what the coordinator must hear, in order, until it has answered; survives restarts and outages. */
export async function runOutbox(deps: OutboxDeps, signal: AbortSignal): Promise<void> {
  let failures = 0
  do {
    const outcome = await deliverNext(deps)
    failures = outcome === 'unreachable' ? failures + 1 : 0
    if (outcome === 'delivered') continue
    if (!(await deps.clock.sleep(outcome === 'empty' ? IDLE_MS : IDLE_MS + backoffMs(failures, deps.random()), signal))) return
  } while (!signal.aborted)
}

async function deliverNext({ outbox, client, refused, accepted }: OutboxDeps): Promise<'empty' | 'delivered' | 'unreachable'> {
  const next = outbox.peek()
  if (!next) return 'empty'
  try {
    await deliver(client, next.item)
    accepted(next.item)
  } catch (error) {
    const known = error instanceof WindfallError ? error : new WindfallError('unavailable', messageOf(error))
    // Only a final answer ends an item: an outage or a busy coordinator never loses a proof.
    if (known.retry || known.code === 'internal' || known.code === 'auth.required' || known.code === 'auth.refused') return 'unreachable'
    refused(next.item, known)
  }
  outbox.remove(next.id)
  return 'delivered'
}

async function deliver(client: OutboxDeps['client'], item: OutboxItem): Promise<void> {
  const { leaseId, token } = item
  switch (item.kind) {
    case 'start':
      await client.call('startAttempt', { leaseId, token })
      return
    case 'fail':
      await client.call('failAttempt', { leaseId, token, reason: item.reason, message: item.message, exitCode: item.exitCode, retry: item.retry })
      return
    case 'proof':
      await client.call('submitProof', { leaseId, token, envelope: item.envelope, output: item.output })
      return
    default:
      item satisfies never
  }
}
