import type { Capabilities, Presence, SocketToAgent, coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { Lease } from '../../../shared/contract/job.ts'
import { messageOf } from '../../../shared/errors.ts'
import { backoffMs } from '../../kernel/backoff.ts'
import type { Clock } from '../../kernel/clock.ts'
import { runAll } from '../../kernel/lifecycle.ts'
import type { Logger } from '../../kernel/log.ts'
import type { Signer } from '../../kernel/signing.ts'
import { enrol } from './enrol.ts'
import { type FeedDeps, pullFeed } from './feed.ts'
import { type OutboxDeps, runOutbox } from './outbox.ts'
import { runSocket } from './socket.ts'

type LinkState = 'connected' | 'connecting' | 'offline'

export interface SessionDeps {
  readonly coordinatorUrl: string
  readonly client: Client<typeof coordinatorContract>
  readonly signer: Signer
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  readonly payoutAddress: string | null
  readonly capabilities: (signal: AbortSignal) => Promise<Capabilities>
  readonly presence: () => Presence
  readonly offer: (lease: Lease) => void
  readonly cancel: (leaseId: string, reason: string) => void
  readonly feed: Pick<FeedDeps, 'position' | 'store'>
  readonly outbox: Pick<OutboxDeps, 'outbox' | 'realign' | 'refused' | 'accepted' | 'postponed'>
  readonly onState: (state: LinkState, message: string | null) => void
  /** Asked for after every reconnect and from time to time. */
  readonly refreshGrid: () => Promise<void>
  /** Fetches anew the receipts whose anchor may have arrived. */
  readonly refreshReceipts: () => Promise<void>
  /** What must be known before work starts: whom we deal with. */
  readonly onEnrolled: () => Promise<void>
}

const GRID_EVERY_MS = 300_000
const ANCHOR_EVERY_MS = 20_000
const RETRY_MS = 15_000
/** What a coordinator may ask for: less would be a flood, more would lose leases. */
const HEARTBEAT = { minMs: 1_000, maxMs: 60_000 }

/** Everything that keeps this node and its coordinator in step, until `signal` aborts. */
export async function runSession(deps: SessionDeps, signal: AbortSignal): Promise<void> {
  const heartbeatMs = await untilEnrolled(deps, signal)
  if (heartbeatMs === null) return
  const events = createPuller(deps)
  await runAll(signal, [
    (stop) => runSocket({ ...deps, onFrame: (frame) => receive(deps, events, frame) }, stop),
    (stop) => runOutbox({ ...deps, ...deps.outbox }, stop),
    (stop) => runHeartbeat(deps, events, heartbeatMs, stop),
    (stop) => repeat(deps, { task: deps.refreshGrid, everyMs: GRID_EVERY_MS, what: 'the grid forecast could not be read' }, stop),
    (stop) => repeat(deps, { task: deps.refreshReceipts, everyMs: ANCHOR_EVERY_MS, what: 'receipts could not be refreshed' }, stop),
  ])
}

async function untilEnrolled(deps: SessionDeps, signal: AbortSignal): Promise<number | null> {
  for (let failures = 0; !signal.aborted; failures++) {
    deps.onState('connecting', null)
    try {
      const { heartbeatMs } = await enrol(deps.client, deps.signer, { capabilities: await deps.capabilities(signal), payoutAddress: deps.payoutAddress })
      await deps.onEnrolled()
      return Math.min(HEARTBEAT.maxMs, Math.max(HEARTBEAT.minMs, heartbeatMs))
    } catch (error) {
      deps.log.info({ reason: messageOf(error) }, 'not enrolled yet')
      deps.onState('offline', messageOf(error))
      await deps.clock.sleep(200 + backoffMs(failures, deps.random()), signal)
    }
  }
  return null
}

interface Puller {
  /** Pulls the feed now, or once more if a pull is under way. */
  readonly pull: () => void
}

function createPuller(deps: SessionDeps): Puller {
  let running = false
  let again = false
  const pull = async (): Promise<void> => {
    if (running) {
      again = true
      return
    }
    running = true
    try {
      await pullFeed({ client: deps.client, ...deps.feed })
    } catch (error) {
      deps.log.info({ reason: messageOf(error) }, 'the event feed could not be read; the next hint or heartbeat tries again')
    } finally {
      running = false
    }
    if (!again) return
    again = false
    await pull()
  }
  return { pull: () => void pull() }
}

function receive(deps: SessionDeps, events: Puller, frame: SocketToAgent): void {
  switch (frame.type) {
    case 'lease':
      return deps.offer(frame.lease)
    case 'cancel':
      return deps.cancel(frame.leaseId, frame.reason)
    case 'welcome':
    case 'events':
      if (frame.lastEvent > deps.feed.position()) events.pull()
      return
    case 'challenge':
      return
    default:
      frame satisfies never
  }
}

/** Presence renews leases; it also asks for work, which the socket usually brings first. */
async function runHeartbeat(deps: SessionDeps, events: Puller, everyMs: number, signal: AbortSignal): Promise<void> {
  do {
    try {
      const presence = deps.presence()
      const { lost, cancelled, lastEvent } = await deps.client.call('heartbeat', presence)
      for (const leaseId of lost) deps.cancel(leaseId, 'lost')
      for (const leaseId of cancelled) deps.cancel(leaseId, 'cancelled')
      if (lastEvent > deps.feed.position()) events.pull()
      if (presence.ready && presence.running.length === 0) await askForWork(deps, signal)
    } catch (error) {
      deps.log.info({ reason: messageOf(error) }, 'heartbeat failed')
    }
  } while (await deps.clock.sleep(everyMs, signal))
}

async function askForWork({ client, capabilities, offer }: SessionDeps, signal: AbortSignal): Promise<void> {
  const { runtimes } = await capabilities(signal)
  const { lease } = await client.call('requestLease', { runtimes: runtimes.map(({ name }) => name) })
  if (lease) offer(lease)
}

interface Repeated {
  readonly task: () => Promise<void>
  readonly everyMs: number
  /** What to log when it fails. */
  readonly what: string
}

async function repeat({ clock, log }: SessionDeps, { task, everyMs, what }: Repeated, signal: AbortSignal): Promise<void> {
  let wait: number
  do {
    wait = everyMs
    try {
      await task()
    } catch (error) {
      wait = Math.min(everyMs, RETRY_MS)
      log.info({ reason: messageOf(error) }, what)
    }
  } while (await clock.sleep(wait, signal))
}
