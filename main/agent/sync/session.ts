import type { SocketToAgent } from '../../../shared/contract/agent-socket.ts'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Capabilities } from '../../../shared/contract/node.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { OpenChallenge } from '../../../shared/contract/proof.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import { runAll } from '../../kernel/lifecycle.ts'
import type { Logger } from '../../kernel/log.ts'
import type { Signer } from '../../kernel/signing.ts'
import { answerChallenges } from './challenge.ts'
import { type KeyChanges, enrol } from './enrol.ts'
import { type FeedDeps, type FollowFeed, followFeed } from './feed.ts'
import { type HeartbeatDeps, runHeartbeat } from './heartbeat.ts'
import { type LogSenderDeps, runLogSender } from './log-sender.ts'
import { createOrders } from './orders.ts'
import { type OutboxDeps, runOutbox } from './outbox.ts'
import { type SocketDeps, type SocketLine, runSocket } from './socket.ts'

export interface SessionDeps extends Pick<HeartbeatDeps, 'presence' | 'offer' | 'cancel' | 'yieldLease' | 'confirmed' | 'heard'> {
  readonly coordinatorUrl: string
  readonly client: Client<typeof coordinatorContract>
  /** Thumbprint of the node's first key, whichever key signs now. */
  readonly nodeId: string
  readonly signer: Signer
  readonly keyChanges: () => KeyChanges
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  readonly payoutAddress: string | null
  /** What a coordinator that lets machines in by token asks for; `null` if the owner has none. */
  readonly enrolmentToken: string | null
  readonly capabilities: (signal: AbortSignal) => Promise<Capabilities>
  readonly feed: Pick<FeedDeps, 'position' | 'store'>
  readonly outbox: Pick<OutboxDeps, 'outbox' | 'handOver' | 'realign' | 'refused' | 'accepted' | 'postponed'>
  /** What jobs say while they run. */
  readonly logs: LogSenderDeps['logs']
  /** The exact samples behind a proof of this node, `null` if they are gone. */
  readonly sampleLog: (proofId: string) => Promise<Uint8Array | null>
  readonly onSocket: SocketDeps['onState']
  /** How the last request that only an enrolled node may make has ended; `null` message: well. */
  readonly onHttp: (message: string | null) => void
  /** Asked for after every reconnect and from time to time. */
  readonly refreshGrid: () => Promise<void>
  /** Fetches anew the receipts whose anchor may have arrived. */
  readonly refreshReceipts: () => Promise<void>
  /** What must be known before work starts: whom we deal with. */
  readonly onEnrolled: () => Promise<void>
}

const GRID_EVERY_MS = 300_000
const ANCHOR_EVERY_MS = 20_000
const RETRY = { baseMs: 2_000, maxMs: 30_000 }
/** What a coordinator may ask for: less would be a flood, more would lose leases. */
const HEARTBEAT = { minMs: 1_000, maxMs: 60_000 }

/** Everything that keeps this node and its coordinator in step, until `signal` aborts. */
export async function runSession(deps: SessionDeps, signal: AbortSignal): Promise<void> {
  const heartbeatMs = await untilEnrolled(deps, signal)
  if (heartbeatMs === null) return
  const answers = answerChallenges({ call: deps.client.call, readLog: deps.sampleLog, log: deps.log })
  const ears: Ears = { follow: followFeed({ ...deps, ...deps.feed }), challenged: answers.challenged }
  const line: SocketLine = { say: null }
  const orders = createOrders({ ...deps, line })
  const heart = { ...deps, ...ears, line, position: deps.feed.position, wantsAnswer: answers.lost, reported: orders.look }
  const onState: SocketDeps['onState'] = (state, message) => {
    deps.onSocket(state, message)
    orders.look()
  }
  await runAll(signal, [
    (stop) => runSocket({ ...deps, line, onState, onFrame: (frame) => receive(deps, ears, frame) }, stop),
    orders.run,
    (stop) => runLogSender({ ...deps, line }, stop),
    (stop) => runOutbox({ ...deps, ...deps.outbox }, stop),
    (stop) => runHeartbeat({ ...heart, enrolAgain: async () => void (await enrolOnce(deps, stop)) }, heartbeatMs, stop),
    (stop) => repeat(deps, { task: deps.refreshGrid, everyMs: GRID_EVERY_MS, what: 'the grid forecast could not be read' }, stop),
    (stop) => repeat(deps, { task: deps.refreshReceipts, everyMs: ANCHOR_EVERY_MS, what: 'receipts could not be refreshed' }, stop),
  ])
}

const factsOf = async ({ capabilities, payoutAddress, keyChanges, enrolmentToken }: SessionDeps, signal: AbortSignal) => ({
  capabilities: await capabilities(signal),
  payoutAddress,
  keyChanges: keyChanges(),
  token: enrolmentToken,
  attests: true,
})

/** Milliseconds between two reports of presence, within reason. */
async function enrolOnce(deps: SessionDeps, signal: AbortSignal): Promise<number> {
  const { nodeId, heartbeatMs } = await enrol(deps.client, deps.signer, await factsOf(deps, signal))
  if (nodeId !== deps.nodeId) throw new WindfallError('internal', 'The coordinator takes this node for another one. Bring both to the same version.')
  await deps.onEnrolled()
  return Math.min(HEARTBEAT.maxMs, Math.max(HEARTBEAT.minMs, heartbeatMs))
}

async function untilEnrolled(deps: SessionDeps, signal: AbortSignal): Promise<number | null> {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      return await enrolOnce(deps, signal)
    } catch (error) {
      if (signal.aborted) return null
      deps.log.info({ reason: messageOf(error) }, 'not enrolled yet')
      deps.onHttp(messageOf(error))
      await deps.clock.sleep(200 + backoffMs(failures, deps.random()), signal)
    }
  }
  return null
}

/** What listens to news, whichever way it arrives. */
interface Ears {
  readonly follow: FollowFeed
  readonly challenged: (challenges: readonly OpenChallenge[]) => void
}

function receive(deps: SessionDeps, { follow, challenged }: Ears, frame: SocketToAgent): void {
  switch (frame.type) {
    case 'lease':
      return deps.offer(frame.lease)
    case 'cancel':
      return deps.cancel(frame.leaseId, frame.reason)
    case 'yield':
      return deps.yieldLease(frame.leaseId, frame.reason)
    case 'welcome':
    case 'events':
      return follow(frame.lastEvent)
    case 'proof-challenge':
      return challenged([frame])
    case 'challenge':
    // What is proven goes out over HTTP, where outputs of any size fit.
    case 'proof-kept':
    case 'proof-not-kept':
      return
    default:
      frame satisfies never
  }
}

interface Repeated {
  readonly task: () => Promise<void>
  readonly everyMs: number
  /** What to log when it fails. */
  readonly what: string
}

async function repeat({ clock, random, log }: SessionDeps, { task, everyMs, what }: Repeated, signal: AbortSignal): Promise<void> {
  let failures = 0
  do {
    try {
      await task()
      failures = 0
    } catch (error) {
      failures += 1
      log.info({ reason: messageOf(error) }, what)
    }
  } while (await clock.sleep(failures > 0 ? 1_000 + backoffMs(failures, random(), RETRY) : everyMs, signal))
}
