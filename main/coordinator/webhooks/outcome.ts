/** What follows from one try to deliver. Pure; times are epoch milliseconds. */
import type { DeliveryState, WebhookState } from '../../../shared/contract/webhook.ts'

/** What became of it. `status` is `null` if no answer came. */
export interface Answer {
  readonly status: number | null
  readonly reason: string | null
  /** How long the receiver asked to be left alone. */
  readonly pauseMs: number
}

export interface Receiver {
  readonly state: WebhookState
  readonly reason: string | null
  readonly failingSince: number | null
  /** In a row, since the last success. */
  readonly failures: number
  readonly restUntil: number
}

export interface Attempted {
  readonly state: DeliveryState
  readonly attempts: number
  readonly nextAt: number | null
  readonly lastAt: number | null
  readonly lastStatus: number | null
  readonly reason: string | null
}

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]
/** Pauses before the second try and those after it, as the Standard Webhooks specification 1.0 suggests: three days and three hours in all. */
const PAUSES = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]
/** So many times a message is sent before it is given up. */
export const TRIES = PAUSES.length + 1
/** A receiver that nothing has reached for so long is left alone for good. */
export const DISABLED_AFTER_MS = 72 * HOUR
/** One that does not answer is asked for the first of what waits now and then, and not for all of it. */
const LONGEST_REST_MS = 5 * MINUTE
const LONGEST_PAUSE_MS = 24 * HOUR
/** Share of a pause by which it is longer or shorter, so that what failed together does not come back together. */
const JITTER = 0.2

const jittered = (ms: number, random: number): number => Math.round(ms * (1 - JITTER + 2 * JITTER * random))
const pauseAfter = (tries: number): number => PAUSES[Math.min(tries, PAUSES.length) - 1] ?? 0

/** The receiver wants no more of it, ever (RFC 9110 §15.5.11). */
const GONE = 410

const isDelivered = ({ status }: Answer): boolean => status !== null && status >= 200 && status <= 299

interface Attempt {
  readonly receiver: Receiver
  readonly message: Attempted
  readonly answer: Answer
  /** A trial that somebody asked for: it says nothing of what is sent by itself, and is not repeated. */
  readonly isTrial: boolean
  readonly now: number
  /** Uniform in [0, 1). */
  readonly random: number
}

function failing({ receiver, answer, isTrial, now, random }: Attempt): Receiver {
  if (isTrial && answer.status !== GONE) return receiver
  const failures = receiver.failures + 1
  const failingSince = receiver.failingSince ?? now
  const isOver = answer.status === GONE || now - failingSince >= DISABLED_AFTER_MS
  const why = answer.status === GONE ? 'It answered 410: it wants no more messages.' : `Nothing has arrived for three days. ${answer.reason ?? ''}`.trim()
  return {
    state: isOver ? 'disabled' : receiver.state,
    reason: (isOver ? why : answer.reason)?.slice(0, 300) ?? null,
    failingSince,
    failures,
    restUntil: now + Math.max(jittered(Math.min(pauseAfter(failures), LONGEST_REST_MS), random), Math.min(answer.pauseMs, LONGEST_PAUSE_MS)),
  }
}

/** How receiver and message stand after a try. */
export function afterAttempt(attempt: Attempt): { readonly receiver: Receiver; readonly message: Attempted } {
  const { receiver, message, answer, isTrial, now, random } = attempt
  const attempts = message.attempts + 1
  const tried = { attempts, lastAt: now, lastStatus: answer.status }
  if (isDelivered(answer))
    return {
      receiver: { ...receiver, reason: null, failingSince: null, failures: 0, restUntil: now },
      message: { ...tried, state: 'delivered', nextAt: null, reason: null },
    }
  const next = failing(attempt)
  const isOver = isTrial || attempts >= TRIES || next.state === 'disabled'
  const pauseMs = Math.max(jittered(pauseAfter(attempts), random), Math.min(answer.pauseMs, LONGEST_PAUSE_MS))
  return { receiver: next, message: { ...tried, state: isOver ? 'failed' : 'waiting', nextAt: isOver ? null : now + pauseMs, reason: answer.reason } }
}
