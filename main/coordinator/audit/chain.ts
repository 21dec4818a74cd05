import { sha256Hex } from '../../kernel/signing.ts'

/** One audited choice of the coordinator. `body` is the JSON text that was hashed; nothing is ever re-serialised. */
export interface Decision {
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly kind: string
  readonly body: string
  readonly prevHash: string
  readonly hash: string
}

/** `prevHash` of the first decision. */
const GENESIS = '0'.repeat(64)

/** Hex SHA-256 over everything that must not change, the previous hash included. */
const decisionHash = ({ seq, at, kind, body, prevHash }: Omit<Decision, 'hash'>): string => sha256Hex(JSON.stringify([seq, at, kind, body, prevHash]))

export function nextDecision(last: Pick<Decision, 'seq' | 'hash'> | null, fact: Pick<Decision, 'at' | 'kind' | 'body'>): Decision {
  const decision = { ...fact, seq: (last?.seq ?? 0) + 1, prevHash: last?.hash ?? GENESIS }
  return { ...decision, hash: decisionHash(decision) }
}

/** Sequence number of the first decision after `last` that was changed, removed or inserted, or `null` if all fit. */
export function firstBroken(decisions: readonly Decision[], last: Pick<Decision, 'seq' | 'hash'> | null = null): number | null {
  let before = last ?? { seq: 0, hash: GENESIS }
  for (const decision of decisions) {
    if (decision.seq !== before.seq + 1 || decision.prevHash !== before.hash || decision.hash !== decisionHash(decision)) return before.seq + 1
    before = decision
  }
  return null
}
