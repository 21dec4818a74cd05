import { z } from 'zod'
import type { Lease } from '../../shared/contract/job.ts'
import { KeyId } from '../../shared/contract/wire.ts'
import type { ReceiptBundle } from '../../shared/domain/carbon-receipt.ts'
import { predicateOf, summaryOf } from '../../shared/domain/receipt-summary.ts'
import { fromIso } from '../../shared/units.ts'
import type { Logger } from '../kernel/log.ts'
import { keyIdOf } from '../kernel/signing.ts'
import type { News } from './news.ts'
import type { ReceiptFolder } from './receipt-folder.ts'
import type { AgentStores } from './stores.ts'
import { PaidTo, PayoutRefusal, applyEvent } from './sync/apply.ts'
import type { CoordinatorLink } from './sync/client.ts'
import { type LeaseQuery, leaseProblem } from './sync/lease-check.ts'
import type { GivenBackItem } from './sync/outbox.store.ts'
import type { SessionDeps } from './sync/session.ts'

/** What takes in what the coordinator says. */
export interface Listener {
  readonly url: string
  readonly stores: AgentStores
  readonly link: CoordinatorLink
  readonly log: Logger
  readonly news: News
  readonly receipts: ReceiptFolder
  /** The coordinator was heard of just now. */
  readonly touch: () => void
}

const PINNED = 'pinned-keys'
const Pins = z.array(z.strictObject({ url: z.string(), keys: z.array(KeyId) }))
/** Every coordinator counts its own events. */
export const feedOf = (logKey: string): string => `feed-position:${logKey}`

/** Ids of the keys that this node's coordinators sign with, as first seen at each address. */
export const pinnedKeys = ({ settings }: Pick<AgentStores, 'settings'>): readonly string[] => (settings.get(PINNED, Pins) ?? []).flatMap(({ keys }) => keys)

/** Addresses of the coordinators that this node has worked for. */
export const pinnedUrls = ({ settings }: Pick<AgentStores, 'settings'>): readonly string[] => (settings.get(PINNED, Pins) ?? []).map(({ url }) => url)

/**
 * Pins the coordinator's keys on first contact and returns the id of its log key. Keys that change at one address are not trusted: its
 * receipts then fail verification. Another address with other keys is another coordinator, which only the owner can have chosen.
 */
export async function pinKeys({ url, stores: { settings }, link, log }: Listener): Promise<string> {
  const { receiptKey, logKey } = await link.client.call('keys', {})
  const keys = [keyIdOf(receiptKey), keyIdOf(logKey)]
  const pins = settings.get(PINNED, Pins) ?? []
  const known = pins.some((pin) => keys.every((key) => pin.keys.includes(key)))
  if (!known && pins.some((pin) => pin.url === url)) log.warn({ url }, 'the coordinator presents other keys than before; they are not trusted')
  else if (!known) settings.set(PINNED, [...pins, { url, keys }])
  return keyIdOf(logKey)
}

/** A job for each GPU of a large machine and one for its processor; the rest leaves room for what it is slow to hear of. */
const MOST_LEASES = 32

/** Whether a lease may be taken on. One that may not is left alone: it ends by itself, and its job goes to another machine. */
export function takeLease({ stores: { jobs }, log }: Pick<Listener, 'stores' | 'log'>, lease: Lease, query: LeaseQuery): boolean {
  const { leaseId } = lease
  const refuse = (reason: string) => log.warn({ leaseId, reason }, 'a lease was not taken on')
  const problem = leaseProblem(lease, query)
  if (problem !== null) refuse(problem)
  if (problem !== null || jobs.get(leaseId) !== null) return problem === null
  const crowded = jobs.open().filter(({ state }) => state !== 'submitted').length >= MOST_LEASES
  if (crowded) refuse('this machine holds too many already')
  return !crowded
}

const REFRESHED_AT_ONCE = 10

/** A receipt arrives before the log is anchored; its bundle with the anchor is fetched once there is one. */
export async function refreshReceipts({ stores, link, news, log }: Listener): Promise<void> {
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

const PAYOUT_REFUSED = 'payout-refused'

/** Why the coordinator cannot pay to this address; `null` if it has said nothing of it. */
export function payoutRefusal({ settings }: Pick<AgentStores, 'settings'>, address: string | null): string | null {
  const refusal = settings.get(PAYOUT_REFUSED, PayoutRefusal)
  return refusal?.address === address ? refusal.reason : null
}

/** Every coordinator pays where it was told to. */
const paidToBy = (url: string | null): string => `paid-to:${url}`

/** Where this node is paid: what it was started with, until its coordinator says more. */
export const paidTo = (
  { settings }: Pick<AgentStores, 'settings'>,
  { coordinatorUrl, payoutAddress }: { readonly coordinatorUrl: string | null; readonly payoutAddress: string | null },
): PaidTo => settings.get(paidToBy(coordinatorUrl), PaidTo) ?? { address: payoutAddress, pending: null }

interface Pulled {
  readonly events: Parameters<SessionDeps['feed']['store']>[0]
  /** Setting that holds the position. */
  readonly feed: string
  readonly position: number
}

export function storeEvents({ url, stores, receipts, news, touch, log }: Listener, { events, feed, position }: Pulled): void {
  const apply = {
    facts: stores.facts,
    summaryOf: (bundle: ReceiptBundle) => summaryOf(predicateOf(bundle), bundle.inclusion.leafIndex),
    verdict: (proofId: string, change: Parameters<AgentStores['jobs']['update']>[1]) => {
      const leaseId = stores.jobs.leaseOfProof(proofId)
      // A run that does not count has ended already, and its owner knows why.
      const isKnown = change.state === 'refused' && leaseId !== null && stores.jobs.get(leaseId)?.state === 'failed'
      if (leaseId && !isKnown) stores.jobs.update(leaseId, change)
    },
    writeReceipt: receipts.write,
    payoutRefused: (refusal: PayoutRefusal | null) => stores.settings.set(PAYOUT_REFUSED, refusal),
    paidTo: (told: PaidTo) => {
      stores.settings.set(paidToBy(url), told)
      log.warn(told, 'where this node is paid has changed, or is about to; if you did not ask for it: windfall wallet cancel')
    },
  }
  stores.atomically(() => {
    for (const event of events) applyEvent(apply, event)
    stores.settings.set(feed, position)
  })
  touch()
  news.changed('status', 'jobs', 'receipts', 'payouts', 'money')
}

/** A run whose proof is not taken does not count, but its job has to go on: it is given back without one. */
function giveBackUnproven({ stores }: Listener, { leaseId, token, reason, message }: GivenBackItem, why: string): void {
  const said = `${message} This run does not count: ${why}`.slice(0, 500)
  const at = stores.jobs.get(leaseId)?.endedAt ?? null
  stores.atomically(() => {
    stores.jobs.update(leaseId, { state: 'failed', code: reason, message: said })
    // However often this is heard, it is told once.
    stores.outbox.add(
      `unproven-${leaseId}`,
      { kind: 'fail', leaseId, token, reason, message: said, exitCode: null, retry: true },
      at === null ? 0 : fromIso(at),
    )
  })
}

/** The owner gets to see why work of this machine was not taken. */
export function showRefusal(
  listener: Listener,
  item: Parameters<SessionDeps['outbox']['refused']>[0],
  error: Parameters<SessionDeps['outbox']['refused']>[1],
): void {
  const { stores, news, log } = listener
  log.warn({ kind: item.kind, code: error.code, reason: error.message }, 'the coordinator refused a report')
  if (item.kind === 'given-back') giveBackUnproven(listener, item, error.message)
  const job = stores.jobs.get(item.leaseId)
  if (item.kind === 'proof' && job?.state === 'submitted') stores.jobs.update(item.leaseId, { state: 'refused', code: error.code, message: error.message })
  news.changed('jobs')
}
