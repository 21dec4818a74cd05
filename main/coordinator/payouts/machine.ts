import type { SignatureStatus } from '../../chain/chain.ts'

/**
 * What to do next about a signed transaction, decided from what the cluster answered. The rule that keeps anyone from
 * being paid twice is here: nothing is signed again before the earlier transaction is proven dead, and one silent answer
 * proves nothing (the node may lag, or lie, or have forgotten).
 */
export interface LiveAttempt {
  readonly state: 'signed' | 'sent' | 'confirmed'
  readonly lastValidBlockHeight: number
}

export interface Seen {
  /** Block height at `finalized`, read *before* the status: the other order can miss a landing in between. */
  readonly finalHeight: number
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
  /** Proven dead: may be signed anew. */
  | { readonly do: 'expire' }

/** Passes in a row that must find nothing before an attempt counts as dead. */
export const SILENT_PASSES = 3

/** The next step for one attempt. Pure. */
export function nextStep(attempt: LiveAttempt, { finalHeight, status, history, silentPasses }: Seen): Step {
  if (status?.level === 'finalized') return { do: 'finish', err: status.err }
  if (status) return status.level === 'confirmed' && status.err === null && attempt.state !== 'confirmed' ? { do: 'confirm' } : { do: 'wait' }
  if (finalHeight <= attempt.lastValidBlockHeight) return { do: 'send' }
  if (history === undefined) return { do: 'look-in-history' }
  if (history !== null) return { do: 'finish', err: history.err }
  return silentPasses + 1 >= SILENT_PASSES ? { do: 'expire' } : { do: 'count-silence' }
}
