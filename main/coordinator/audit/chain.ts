import { sha256Hex } from '../../kernel/signing.ts'

/** One record of the coordinator's log. `body` is the JSON text that was hashed; nothing is ever re-serialised. */
export interface Decision {
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly kind: string
  /** A policy chose, or something happened. */
  readonly form: 'fact' | 'choice'
  readonly body: string
  readonly prevHash: string
  readonly hash: string
}

/** `prevHash` of the first decision. */
const GENESIS = '0'.repeat(64)

/** Hex SHA-256 over everything that must not change, the previous hash included. A fact is hashed as facts were before there were choices. */
function decisionHash({ seq, at, kind, form, body, prevHash }: Omit<Decision, 'hash'>): string {
  const fact = [seq, at, kind, body, prevHash]
  return sha256Hex(JSON.stringify(form === 'fact' ? fact : [form, ...fact]))
}

export function nextDecision(last: Pick<Decision, 'seq' | 'hash'> | null, record: Pick<Decision, 'at' | 'kind' | 'form' | 'body'>): Decision {
  const decision = { ...record, seq: (last?.seq ?? 0) + 1, prevHash: last?.hash ?? GENESIS }
  return { ...decision, hash: decisionHash(decision) }
}

/** Whether a record is as it was hashed. */
export const isIntact = (decision: Decision): boolean => decision.hash === decisionHash(decision)

/** Whether a record is the one that was appended right after `last`. */
export const follows = (decision: Decision, last: Pick<Decision, 'seq' | 'hash'> | null): boolean =>
  decision.seq === (last?.seq ?? 0) + 1 && decision.prevHash === (last?.hash ?? GENESIS)

/** Sequence number of the first decision after `last` that was changed, removed or inserted, or `null` if all fit. */
export function firstBroken(decisions: readonly Decision[], last: Pick<Decision, 'seq' | 'hash'> | null = null): number | null {
  let before = last
  for (const decision of decisions) {
    if (!follows(decision, before) || !isIntact(decision)) return (before?.seq ?? 0) + 1
    before = decision
  }
  return null
}
