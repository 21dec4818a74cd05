import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Capabilities, Presence } from '../../../shared/contract/node.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { Lease } from '../../../shared/contract/job.ts'
import type { OpenChallenge } from '../../../shared/contract/proof.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/log.ts'
import type { FollowFeed } from './feed.ts'
import { type OrderTaker, carryOut } from './orders.ts'
import type { SocketLine } from './socket.ts'

export interface HeartbeatDeps extends OrderTaker {
  readonly client: Client<typeof coordinatorContract>
  readonly clock: Clock
  readonly log: Pick<Logger, 'info'>
  readonly capabilities: (signal: AbortSignal) => Promise<Capabilities>
  readonly presence: () => Presence
  /** Where it can be spoken to, reports go over it: a frame costs a fraction of a request. */
  readonly line: Readonly<SocketLine>
  readonly offer: (lease: Lease) => void
  /** The coordinator said what time it is (epoch milliseconds), in an answer that took so long. */
  readonly heard: (said: number, roundTripMs: number) => void
  readonly onHttp: (message: string | null) => void
  readonly position: () => number
  readonly follow: FollowFeed
  readonly challenged: (challenges: readonly OpenChallenge[]) => void
  /** Whether something was lost that only an answer to a report brings again. */
  readonly wantsAnswer: () => boolean
  /** A report was answered, and what it brought is taken in. */
  readonly reported: () => void
  /** For a coordinator that no longer knows this node. */
  readonly enrolAgain: () => Promise<void>
}

/** So many reports in a row need no answer: a request brings the time, and shows that requests still get through. */
const UNANSWERED = 3

/**
 * Presence renews leases. It also brings all that the socket usually brings first, work included: where no WebSocket gets through,
 * this is the link. Where the socket is open and no lease is held, most reports go over it, at a fraction of the cost.
 */
export async function runHeartbeat(deps: HeartbeatDeps, everyMs: number, signal: AbortSignal): Promise<void> {
  let strange = false
  let unanswered = UNANSWERED
  do {
    if (unanswered < UNANSWERED && isSaid(deps)) {
      unanswered += 1
      continue
    }
    try {
      if (strange) await deps.enrolAgain()
      await beat(deps, signal)
      strange = false
      unanswered = 0
      deps.onHttp(null)
      deps.reported()
    } catch (error) {
      if (signal.aborted) return
      unanswered = UNANSWERED
      strange = error instanceof WindfallError && error.code === 'auth.refused'
      deps.log.info({ reason: messageOf(error) }, 'heartbeat failed')
      deps.onHttp(messageOf(error))
    }
  } while (await deps.clock.sleep(everyMs, signal))
}

/** Reports over the socket, unless there is none or the answer matters: it renews leases, and names what got lost. */
function isSaid({ line, presence: presenceNow, wantsAnswer }: HeartbeatDeps): boolean {
  const presence = presenceNow()
  if (line.say === null || presence.running.length > 0 || wantsAnswer()) return false
  line.say({ type: 'presence', presence })
  return true
}

async function beat(deps: HeartbeatDeps, signal: AbortSignal): Promise<void> {
  const { client, clock } = deps
  const [presence, heldBefore, sentAt] = [deps.presence(), deps.position(), clock.monotonic()]
  const answer = await client.call('heartbeat', presence)
  deps.heard(fromIso(answer.now), clock.monotonic() - sentAt)
  carryOut(deps, presence, answer)
  deps.follow(answer.lastEvent, heldBefore)
  deps.challenged(answer.challenges)
  if (presence.ready && presence.running.length === 0) await askForWork(deps, signal)
}

async function askForWork({ client, capabilities, offer }: HeartbeatDeps, signal: AbortSignal): Promise<void> {
  const { runtimes } = await capabilities(signal)
  const { lease } = await client.call('requestLease', { runtimes: runtimes.map(({ name }) => name) })
  if (lease) offer(lease)
}
