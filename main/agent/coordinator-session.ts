import { z } from 'zod'
import type { AgentStatus } from '../../shared/contract/agent.ts'
import { KeyId } from '../../shared/contract/wire.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { predicateOf, summaryOf } from '../../shared/domain/receipt-summary.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { aborted } from '../kernel/lifecycle.ts'
import type { Logger } from '../kernel/log.ts'
import { packageVersion } from '../kernel/paths.ts'
import { random } from '../kernel/random.ts'
import { type Signer, keyIdOf } from '../kernel/signing.ts'
import { capabilitiesOf } from './capabilities.ts'
import type { AgentConfig } from './config.ts'
import type { Detection } from './gpu/detect.ts'
import type { GridWatch } from './grid-watch.ts'
import type { Runtime } from './jobs/runtime.ts'
import type { News } from './news.ts'
import type { ReceiptFolder } from './receipt-folder.ts'
import type { AgentStores } from './stores.ts'
import { applyEvent } from './sync/apply.ts'
import { type CoordinatorLink, createCoordinatorLink } from './sync/client.ts'
import { FeedPosition } from './sync/feed.ts'
import { type SessionDeps, runSession } from './sync/session.ts'
import type { Work } from './work.ts'

export interface CoordinatorSessionDeps {
  readonly config: AgentConfig
  readonly stores: AgentStores
  readonly signer: Signer
  readonly clock: Clock
  readonly log: Logger
  readonly detection: Detection
  readonly runtimes: ReadonlyMap<RuntimeName, Runtime>
  readonly grid: GridWatch
  readonly work: Work
  readonly news: News
  readonly receipts: ReceiptFolder
}

export interface CoordinatorSession {
  readonly state: () => AgentStatus['coordinator']
  /** Ids of the keys that this node's coordinators sign receipts and tree heads with, as first seen at each address. */
  readonly pinnedKeys: () => readonly string[]
  readonly run: (signal: AbortSignal) => Promise<void>
}

const PINNED = 'pinned-keys'
const Pins = z.array(z.strictObject({ url: z.string(), keys: z.array(KeyId) }))
/** Every coordinator counts its own events. */
const feedOf = (logKey: string): string => `feed-position:${logKey}`

/** The agent's side of its coordinator: what it tells, what it is told, and how the link stands. */
export function createCoordinatorSession(deps: CoordinatorSessionDeps): CoordinatorSession {
  const { config, stores, clock, news } = deps
  const url = config.coordinatorUrl
  let state: AgentStatus['coordinator'] = { state: url ? 'connecting' : 'unconfigured', url, lastSyncAt: null, message: null }
  const setState: SessionDeps['onState'] = (next, message) => {
    state = { ...state, state: next, message, ...(next === 'connected' ? { lastSyncAt: toIso(clock.now()) } : {}) }
    news.changed('status')
  }
  const touch = () => {
    state = { ...state, lastSyncAt: toIso(clock.now()) }
  }
  return {
    state: () => state,
    pinnedKeys: () => (stores.settings.get(PINNED, Pins) ?? []).flatMap(({ keys }) => keys),
    run: async (signal) => {
      if (!url) return aborted(signal)
      const link = createCoordinatorLink(url, deps.signer, clock)
      deps.work.setFetch(link.fetchArchive)
      return runSession(sessionDeps({ ...deps, url, link, setState, touch }), signal)
    },
  }
}

interface Linked extends CoordinatorSessionDeps {
  readonly url: string
  readonly link: CoordinatorLink
  readonly setState: SessionDeps['onState']
  readonly touch: () => void
}

function sessionDeps(deps: Linked): SessionDeps {
  const { config, stores, signer, clock, detection, runtimes, grid, work, link } = deps
  const { runner, prover } = work
  // Known from enrolment on, and nothing is pulled before.
  let feed = ''
  return {
    coordinatorUrl: deps.url,
    client: link.client,
    signer,
    clock,
    random,
    log: deps.log,
    payoutAddress: config.payoutAddress,
    capabilities: (signal) => capabilitiesOf({ version: packageVersion, zone: config.zone, nodeId: signer.keyId, detection, runtimes }, signal),
    presence: work.presence,
    offer: runner.offer,
    cancel: runner.cancel,
    feed: { position: () => stores.settings.get(feed, FeedPosition) ?? 0, store: (events, position) => storeEvents(deps, { events, feed, position }) },
    outbox: {
      outbox: stores.outbox,
      realign: prover.realign,
      accepted: deps.touch,
      refused: (item, error) => showRefusal(deps, item, error),
      postponed: ({ kind }, { code, message }) => deps.log.info({ kind, code, reason: message }, 'a report waits; it is sent again'),
    },
    onState: deps.setState,
    refreshGrid: async () => grid.update((await link.client.call('getSignal', { zone: config.zone })).signal),
    refreshReceipts: () => refreshReceipts(deps),
    onEnrolled: async () => {
      feed = feedOf(await pinKeys(deps))
    },
  }
}

/**
 * Pins the coordinator's keys on first contact and returns the id of its log key. Keys that change at one address are not trusted: its
 * receipts then fail verification. Another address with other keys is another coordinator, which only the owner can have chosen.
 */
async function pinKeys({ url, stores: { settings }, link, log }: Linked): Promise<string> {
  const { receiptKey, logKey } = await link.client.call('keys', {})
  const keys = [keyIdOf(receiptKey), keyIdOf(logKey)]
  const pins = settings.get(PINNED, Pins) ?? []
  const known = pins.some((pin) => keys.every((key) => pin.keys.includes(key)))
  if (!known && pins.some((pin) => pin.url === url)) log.warn({ url }, 'the coordinator presents other keys than before; they are not trusted')
  else if (!known) settings.set(PINNED, [...pins, { url, keys }])
  return keyIdOf(logKey)
}

const REFRESHED_AT_ONCE = 10

/** A receipt arrives before the log is anchored; its bundle with the anchor is fetched once there is one. */
async function refreshReceipts({ stores, link, news, log }: Linked): Promise<void> {
  for (const receiptId of stores.facts.unanchored(REFRESHED_AT_ONCE)) {
    const bundle = await link.client.call('getReceipt', { receiptId })
    if (!bundle.anchor) return
    if (bundle.receipt.payload !== stores.facts.receipt(receiptId)?.receipt.payload) {
      log.warn({ receiptId }, 'the coordinator gives another receipt under this id than before; the first one is kept')
      continue
    }
    stores.facts.addReceipt(summaryOf(predicateOf(bundle), bundle.inclusion.leafIndex), bundle)
    news.changed('receipts')
  }
}

interface Pulled {
  readonly events: Parameters<SessionDeps['feed']['store']>[0]
  /** Setting that holds the position. */
  readonly feed: string
  readonly position: number
}

function storeEvents({ stores, receipts, news, touch }: Linked, { events, feed, position }: Pulled): void {
  const apply = {
    facts: stores.facts,
    summaryOf: (bundle: ReceiptBundle) => summaryOf(predicateOf(bundle), bundle.inclusion.leafIndex),
    verdict: (proofId: string, change: Parameters<AgentStores['jobs']['update']>[1]) => {
      const leaseId = stores.jobs.leaseOfProof(proofId)
      if (leaseId) stores.jobs.update(leaseId, change)
    },
    writeReceipt: receipts.write,
  }
  stores.atomically(() => {
    for (const event of events) applyEvent(apply, event)
    stores.settings.set(feed, position)
  })
  touch()
  news.changed('status', 'jobs', 'receipts', 'payouts')
}

/** The owner gets to see why work of this machine was not taken. */
function showRefusal(
  { stores, news, log }: Linked,
  item: Parameters<SessionDeps['outbox']['refused']>[0],
  error: Parameters<SessionDeps['outbox']['refused']>[1],
): void {
  log.warn({ kind: item.kind, code: error.code, reason: error.message }, 'the coordinator refused a report')
  const job = stores.jobs.get(item.leaseId)
  if (item.kind === 'proof' && job?.state === 'submitted') stores.jobs.update(item.leaseId, { state: 'refused', code: error.code, message: error.message })
  news.changed('jobs')
}
