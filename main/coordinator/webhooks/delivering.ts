import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Run } from '../../kernel/lifecycle.ts'
import { createLatch, raisedWithin } from '../../kernel/latch.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Delivery, createDeliveriesStore } from './deliveries.store.ts'
import { type Answer, afterAttempt } from './outcome.ts'
import { type SendingDeps, sendMessage } from './sending.ts'
import { type Webhook, createWebhooksStore } from './webhooks.store.ts'

export interface DeliveringDeps extends SendingDeps {
  /** The database as what runs by itself writes to it. */
  readonly loopDb: Db
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly disabled: (webhookId: string, host: string, reason: string) => void
  readonly onFailure: (message: string) => void
  /** For how long messages are kept. */
  readonly keepMs: number
}

const LOOK_MS = 1_000
/** So many messages are on their way at once to receivers that answer quickly, and as many to the others, who thereby delay nobody but each other. */
const LANE = 32
const QUICK_MS = 1_000
/** After what could not be noted: a receiver is not sent the same over and over because a disk is full. */
const FAULT_MS = 30_000
const TIDY_MS = 600_000
/** So many at a time, then everybody else gets a turn. */
const SLICE = 500

export const TRIAL = 'webhook.test'

/** What is due of a webhook, and may still be sent: it may have been paused since it was found. */
async function nextFor({ loopDb, clock }: DeliveringDeps, webhookId: string): Promise<{ webhook: Webhook; delivery: Delivery } | null> {
  const webhook = await createWebhooksStore(loopDb).get(webhookId)
  const delivery = webhook?.state === 'active' ? await createDeliveriesStore(loopDb).first(webhookId) : null
  return webhook && delivery && delivery.nextAt !== null && delivery.nextAt <= clock.now() ? { webhook, delivery } : null
}

interface Noted {
  readonly sent: Delivery
  readonly answer: Answer
  readonly now: number
}

/** Writes what became of a message, unless somebody has removed it or asked for it again meanwhile. Returns the webhook if it is disabled from now on. */
async function note({ decide, random }: DeliveringDeps, tx: Tx, { sent, answer, now }: Noted): Promise<{ webhook: Webhook; reason: string } | null> {
  const [webhooks, deliveries] = [createWebhooksStore(tx), createDeliveriesStore(tx)]
  const [webhook, message] = [await webhooks.get(sent.webhookId), await deliveries.get(sent.deliveryId)]
  if (!webhook || !message || message.state !== 'waiting' || message.attempts !== sent.attempts) return null
  const after = afterAttempt({ receiver: webhook, message, answer, isTrial: sent.kind === TRIAL, now, random: random() })
  await deliveries.note(sent.deliveryId, after.message)
  await webhooks.stand(webhook.webhookId, after.receiver)
  const reason = after.receiver.reason ?? ''
  const isDisabled = after.receiver.state === 'disabled' && webhook.state !== 'disabled'
  if (isDisabled) {
    await deliveries.giveUp(webhook.webhookId, 'The webhook was disabled before this could be sent.')
    await decide(tx, 'webhook.disabled', { webhookId: webhook.webhookId, requesterId: webhook.requesterId, reason })
  }
  await deliveries.settleDue(webhook.webhookId)
  return isDisabled ? { webhook, reason } : null
}

/** Sends what is due next of a webhook. Nothing is noted of what is under way when `signal` aborts: it is sent again. */
async function deliver(deps: DeliveringDeps, webhookId: string, signal: AbortSignal): Promise<void> {
  const next = await nextFor(deps, webhookId)
  if (!next) return transact(deps.loopDb, (tx) => createDeliveriesStore(tx).settleDue(webhookId))
  const answer = await sendMessage(deps, next, signal)
  const noted = { sent: next.delivery, answer, now: deps.clock.now() }
  const ended = await transact(deps.loopDb, (tx) => note(deps, tx, noted))
  if (ended) deps.disabled(webhookId, new URL(ended.webhook.url).host, ended.reason)
}

/** Who is being sent something, and how long each took last. */
interface Lanes {
  readonly busy: Map<string, { readonly isQuick: boolean; readonly ended: Promise<void> }>
  readonly quick: Set<string>
}

const hasRoom = ({ busy }: Lanes, isQuick: boolean): boolean => [...busy.values()].filter((one) => one.isQuick === isQuick).length < LANE

async function timed(deps: DeliveringDeps, { quick }: Lanes, [webhookId, signal]: readonly [string, AbortSignal]): Promise<void> {
  const from = deps.clock.monotonic()
  try {
    await deliver(deps, webhookId, signal)
  } catch (error) {
    if (signal.aborted) return
    deps.onFailure(messageOf(error))
    await deps.clock.sleep(FAULT_MS, signal)
  }
  if (deps.clock.monotonic() - from <= QUICK_MS) quick.add(webhookId)
  else quick.delete(webhookId)
}

/** Begins to send whatever is due and has room, one message for each webhook at a time. */
async function look(deps: DeliveringDeps, lanes: Lanes, { signal, over }: { readonly signal: AbortSignal; readonly over: () => void }): Promise<void> {
  for (const webhookId of await createWebhooksStore(deps.loopDb).due(deps.clock.now())) {
    const isQuick = lanes.quick.has(webhookId)
    if (lanes.busy.has(webhookId) || !hasRoom(lanes, isQuick)) continue
    const ended = timed(deps, lanes, [webhookId, signal]).finally(() => {
      lanes.busy.delete(webhookId)
      over()
    })
    lanes.busy.set(webhookId, { isQuick, ended })
  }
}

/** Delivers what is kept for webhooks, each message at least once, until it aborts. Among several coordinators one does. */
export function createDelivering(deps: DeliveringDeps): Run {
  const deliverAll = async (signal: AbortSignal) => {
    const lanes: Lanes = { busy: new Map(), quick: new Set() }
    const latch = createLatch()
    while (!signal.aborted) {
      await look(deps, lanes, { signal, over: latch.raise }).catch((error: unknown) => deps.onFailure(messageOf(error)))
      await raisedWithin(latch, { ms: LOOK_MS, clock: deps.clock }, signal)
    }
    await Promise.all([...lanes.busy.values()].map(({ ended }) => ended))
  }
  return async (signal) => void (await Promise.all([deliverAll(signal), tidyNowAndThen(deps, signal)]))
}

async function tidyNowAndThen(deps: DeliveringDeps, signal: AbortSignal): Promise<void> {
  do await tidy(deps).catch((error: unknown) => deps.onFailure(messageOf(error)))
  while (await deps.clock.sleep(TIDY_MS, signal))
}

/** Forgets messages whose time is over. */
async function tidy({ loopDb, clock, keepMs }: DeliveringDeps): Promise<void> {
  while (await transact(loopDb, (tx) => createDeliveriesStore(tx).forget(clock.now() - keepMs, SLICE))) await new Promise((turn) => setImmediate(turn))
}
