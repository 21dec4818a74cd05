import type { StatementLine } from '../../../shared/contract/ledger.ts'

/** What a month came to, micro-USD: in from outside, and what jobs cost. */
export interface Spending {
  readonly paidIn: bigint
  readonly spent: bigint
}

const PAID_IN: ReadonlySet<string> = new Set(['deposit', 'refund', 'chargeback', 'debt-paid', 'vault-funded'])

/**
 * What lines of a requester's statement come to. What is set aside for a job leaves the balance, and what the job did not cost comes back when it ends, so
 * the sum of all that is neither paid in nor paid back is what jobs cost, and what is set aside for those that go on.
 */
export function spendingOf(lines: readonly StatementLine[]): Spending {
  let [paidIn, spent] = [0n, 0n]
  for (const { kind, changes } of lines) {
    const change = changes.filter(({ asset }) => asset === 'micro-usd').reduce((sum, { amount }) => sum + BigInt(amount), 0n)
    if (PAID_IN.has(kind)) paidIn += change
    else spent -= change
  }
  return { paidIn, spent }
}

/** The last months up to a moment, newest first, `2026-11`. */
export function lastMonths(now: number, count: number): readonly string[] {
  const end = new Date(now)
  return Array.from({ length: count }, (_, back) => new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() - back)).toISOString().slice(0, 7))
}
