import type { SignatureStatus } from '../../chain/chain.ts'

/**
 * What to do next about a signed transaction, decided from what the cluster answered. The rule that keeps anyone from
 * being paid twice is here: nothing is signed again before the earlier transaction is proven dead, and one silent answer
 * proves nothing (the node may lag, or lie, or have forgotten).
 */
export interface LiveAttempt {
  /** `raised`: another attempt on the same nonce offers more. */
  readonly state: 'signed' | 'sent' | 'confirmed' | 'raised'
  /** Of one on a lane, which never expires: after this height it offers more. */
  readonly lastValidBlockHeight: number
  /** The nonce account it lives by; `null` for a block hash. */
  readonly lane: string | null
}

export interface Seen {
  /** Block height at `finalized`, read *before* the status: the other order can miss a landing in between. */
  readonly finalHeight: number
  /** Of one on a lane: whether the *finalized* nonce has moved on, read before the status. A move on a fork that dies proves nothing. */
  readonly hasMoved: boolean
  readonly status: SignatureStatus | null
  /** The attempt in the payer's own finalized history; `null` if it is not there, `undefined` if nobody looked. */
  readonly history: { readonly err: string | null } | null | undefined
  /** Earlier passes in a row in which it was past its end and neither status nor history knew it. */
  readonly silentPasses: number
}

export type Step =
  | { readonly do: 'wait' }
  /** Send the same bytes again: one signature lands at most once. */
  | { readonly do: 'send' }
  | { readonly do: 'look-in-history' }
  | { readonly do: 'count-silence' }
  | { readonly do: 'confirm' }
  | { readonly do: 'finish'; readonly err: string | null }
  /** Sign it again on the same nonce, for a higher fee: only one of the two can land. */
  | { readonly do: 'raise' }
  /** Proven dead: may be signed anew. */
  | { readonly do: 'expire' }

/** Passes in a row that must find nothing before an attempt counts as dead. */
export const SILENT_PASSES = 3

/** The next step for one attempt. Pure. */
export function nextStep(attempt: LiveAttempt, { finalHeight, hasMoved, status, history, silentPasses }: Seen): Step {
  if (status?.level === 'finalized') return { do: 'finish', err: status.err }
  if (status) return status.level === 'confirmed' && status.err === null && attempt.state !== 'confirmed' ? { do: 'confirm' } : { do: 'wait' }
  const isLate = finalHeight > attempt.lastValidBlockHeight
  // A node that is behind shows the value before the one it was signed on: what is final has to be past the signing, too.
  if (!isLate) return { do: 'send' }
  if (attempt.lane !== null && !hasMoved) return { do: 'raise' }
  if (history === undefined) return { do: 'look-in-history' }
  if (history !== null) return { do: 'finish', err: history.err }
  return silentPasses + 1 >= SILENT_PASSES ? { do: 'expire' } : { do: 'count-silence' }
}
