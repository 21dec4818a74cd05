import type { AgentStatus } from '../../shared/contract/agent.ts'
import type { Clock } from '../kernel/clock.ts'
import type { DeviceKeys } from '../kernel/device-key.ts'
import { aborted, runAll } from '../kernel/lifecycle.ts'
import type { Logger } from '../kernel/log.ts'
import { random } from '../kernel/random.ts'
import type { Signer } from '../kernel/signing.ts'
import { type Announcer, createAnnouncer } from './announcer.ts'
import { createHandover } from './checkpoint-handover.ts'
import type { AgentConfig } from './config.ts'
import { feedOf, pinKeys, pinnedKeys, refreshReceipts, showRefusal, storeEvents, takeLease } from './coordinator-heard.ts'
import { tellable } from './coordinator-told.ts'
import { createDesk } from './desk.ts'
import type { Devices } from './devices.ts'
import { messageOf } from '../../shared/errors.ts'
import { createGridRefresh, gridAskOf } from './grid-refresh.ts'
import type { GridWatch } from './grid-watch.ts'
import type { Inventory } from './inventory.ts'
import type { Checkpoints } from './jobs/checkpoints.ts'
import { createKeyRotation } from './key-rotation.ts'
import type { News } from './news.ts'
import type { OwnerTariff } from './owner-tariff.ts'
import type { ReceiptFolder } from './receipt-folder.ts'
import type { ProbedRuntime } from './runtimes.ts'
import type { AgentStores } from './stores.ts'
import type { SolarWatch } from './solar/solar-watch.ts'
import { type CoordinatorLink, createCoordinatorLink } from './sync/client.ts'
import { type CoordinatorTime, createCoordinatorTime, describeSkew } from './sync/coordinator-time.ts'
import { enrol } from './sync/enrol.ts'
import { FeedPosition } from './sync/feed.ts'
import { type LinkStatus, createLinkStatus } from './sync/link-status.ts'
import { type SessionDeps, runSession } from './sync/session.ts'
import { type Tenure, createTenure } from './sync/tenure.ts'
import type { Work } from './work.ts'

/** What a coordinator may set to work, and what it is told of. */
type LinkedWork = Pick<Work, 'presence' | 'setSource' | 'setGuard'> & {
  readonly runner: Pick<Work['runner'], 'offer' | 'cancel' | 'yieldLease' | 'busyDevices'>
  readonly prover: Pick<Work['prover'], 'realign'>
}

export interface CoordinatorSessionDeps {
  readonly config: AgentConfig
  readonly stores: AgentStores
  readonly keys: DeviceKeys
  readonly clock: Clock
  readonly log: Logger
  readonly inventory: Pick<Inventory, 'current'>
  readonly devices: Pick<Devices, 'offered'>
  readonly checkpoints: Pick<Checkpoints, 'exportCheckpoint'>
  readonly probeRuntimes: (signal: AbortSignal) => Promise<readonly ProbedRuntime[]>
  /** The exact samples behind a proof of this node, `null` if they are gone. */
  readonly sampleLog: (proofId: string) => Promise<Uint8Array | null>
  readonly grid: GridWatch
  readonly solar: Pick<SolarWatch, 'site' | 'update'>
  readonly tariff: Pick<OwnerTariff, 'current'>
  readonly work: LinkedWork
  readonly news: News
  readonly logs: SessionDeps['logs']
  readonly receipts: ReceiptFolder
}

export interface CoordinatorSession {
  readonly state: () => AgentStatus['coordinator']
  /** What the owner asks about payouts and wallets. */
  readonly desk: ReturnType<typeof createDesk>
  /** Ids of the keys that this node's coordinators sign receipts and tree heads with, as first seen at each address. */
  readonly pinnedKeys: () => readonly string[]
  /** What this machine can do may have changed. */
  readonly announce: () => void
  /** The owner says that this machine is in another zone. */
  readonly moved: () => void
  /** Lets a key that waits take over, once the coordinator knows it. */
  readonly handOverKey: () => Promise<void>
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** The agent's side of its coordinator: what it tells, what it is told, and how the link stands. */
export function createCoordinatorSession(deps: CoordinatorSessionDeps): CoordinatorSession {
  const { config, stores, clock, news } = deps
  const url = config.coordinatorUrl
  const time = createCoordinatorTime(clock)
  const stopped = new AbortController()
  const linkOf = (baseUrl: string, signer: Signer) => createCoordinatorLink({ baseUrl, signer, time, signal: stopped.signal })
  const link = url ? linkOf(url, deps.keys.signer) : null
  const rotation = createKeyRotation({
    keys: deps.keys,
    clientFor: url ? (signer) => linkOf(url, signer).client : null,
    clock,
    random,
    log: deps.log,
    changed: () => news.changed('status'),
  })
  const status = createLinkStatus({
    url,
    clock,
    skewMs: time.skewMs,
    log: deps.log,
    changed: () => news.changed('status'),
    connected: () => void rotation.handOver(),
  })
  const announcer = createAnnouncer({
    clock,
    log: deps.log,
    capabilities: (signal) => tellable(deps, signal),
    tell: async (capabilities) =>
      link && enrol(link.client, deps.keys.signer, { capabilities, payoutAddress: config.payoutAddress, keyChanges: deps.keys.history() }),
  })
  const refreshGrid = link
    ? createGridRefresh({ ...deps, zone: () => config.zone, tariff: deps.tariff.current, settings: stores.settings, ask: gridAskOf(link.client) })
    : async () => undefined
  return {
    state: status.view,
    desk: createDesk({ client: link?.client ?? null, signer: deps.keys.signer, settings: stores.settings, changed: () => news.changed('payouts', 'status') }),
    announce: announcer.raise,
    moved() {
      announcer.raise()
      refreshGrid().catch((error: unknown) => deps.log.info({ reason: messageOf(error) }, 'the forecast of another zone could not be read'))
    },
    handOverKey: rotation.handOver,
    pinnedKeys: () => pinnedKeys(stores),
    run: async (signal) => {
      if (!url || !link) return aborted(signal)
      signal.addEventListener('abort', () => stopped.abort(), { once: true })
      const tenure = createTenure(clock)
      deps.work.setSource(link)
      deps.work.setGuard({ machine: () => clockObjection(time.skewMs()), lease: tenure.objection })
      const linked = { ...deps, url, link, announcer, status, touch: status.touch, time, tenure, refreshGrid }
      return runAll(signal, [(stop) => runSession(sessionDeps(linked), stop), announcer.run, rotation.run])
    },
  }
}

interface Linked extends CoordinatorSessionDeps {
  readonly url: string
  readonly link: CoordinatorLink
  readonly announcer: Announcer
  readonly status: LinkStatus
  readonly touch: () => void
  readonly time: CoordinatorTime
  readonly tenure: Tenure
  readonly refreshGrid: () => Promise<void>
}

const clockObjection = (skewMs: number | null) => {
  const message = describeSkew(skewMs)
  return message === null ? null : { code: 'clock', message }
}

function sessionDeps(deps: Linked): SessionDeps {
  const { config, stores, keys, clock, work, link, announcer, status, time, tenure } = deps
  const { runner, prover } = work
  // Known from enrolment on, and nothing is pulled before.
  let feed = ''
  return {
    coordinatorUrl: deps.url,
    client: link.client,
    nodeId: keys.nodeId,
    signer: keys.signer,
    keyChanges: keys.history,
    clock,
    random,
    log: deps.log,
    payoutAddress: config.payoutAddress,
    enrolmentToken: config.enrolmentToken,
    capabilities: announcer.capabilities,
    presence: work.presence,
    offer: (lease) => {
      if (!takeLease(deps, lease, { nodeId: keys.nodeId, zone: config.zone, now: time.now() })) return
      tenure.confirm([lease.leaseId])
      runner.offer(lease)
    },
    cancel: runner.cancel,
    yieldLease: runner.yieldLease,
    confirmed: tenure.confirm,
    heard: (said, roundTripMs) => {
      time.heard(said, roundTripMs)
      status.timed()
    },
    feed: { position: () => stores.settings.get(feed, FeedPosition) ?? 0, store: (events, position) => storeEvents(deps, { events, feed, position }) },
    outbox: {
      outbox: stores.outbox,
      realign: prover.realign,
      handOver: createHandover({ checkpoints: deps.checkpoints, upload: link.sendCheckpoint }),
      accepted: () => {
        status.delivered(stores.outbox.count() - 1)
        // A device that was only still told for this proof is no longer.
        announcer.raise()
      },
      refused: (item, error) => {
        status.delivered(stores.outbox.count() - 1)
        showRefusal(deps, item, error)
      },
      postponed: ({ kind }, { code, message }) => deps.log.info({ kind, code, reason: message }, 'a report waits; it is sent again'),
    },
    logs: deps.logs,
    sampleLog: deps.sampleLog,
    onSocket: status.socket,
    onHttp: status.http,
    refreshGrid: deps.refreshGrid,
    refreshReceipts: () => refreshReceipts(deps),
    onEnrolled: async () => {
      feed = feedOf(await pinKeys(deps))
      announcer.enrolled()
    },
  }
}
