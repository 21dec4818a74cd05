import type { AgentPayout, AgentStatus } from '../../shared/contract/agent.ts'
import type { PayoutTerms } from '../../shared/contract/payout.ts'
import type { NotificationKind, ShellAgent, UpdateState } from '../../shared/contract/shell.ts'

/** What the shell knew at one moment of what its owner may want to hear of. */
export interface Known {
  readonly status: AgentStatus | null
  /** The newest ones; `null` until the agent has said which there are. */
  readonly payouts: readonly Pick<AgentPayout, 'payoutId' | 'state' | 'microUsd'>[] | null
  /** Micro-USD that can be claimed; `null` if nothing can, `undefined` until somebody has said. */
  readonly claimable: string | null | undefined
  readonly agent: ShellAgent
  readonly update: UpdateState
}

/** Before anybody has looked. */
export const NOTHING_KNOWN: Known = {
  status: null,
  payouts: null,
  claimable: undefined,
  agent: { state: 'running' },
  update: { state: 'current', checkedAt: null },
}

/** Something that has just happened. Amounts are micro-USD, sums of as many payouts as `count` says. */
export type OwnerNews =
  | { readonly kind: 'payout-ready'; readonly microUsd: string }
  | { readonly kind: 'payout-paid' | 'payout-failed'; readonly count: number; readonly microUsd: string }
  /** `reason` is a sentence; `null` if nobody said one. */
  | { readonly kind: 'action-needed'; readonly reason: string | null }
  | { readonly kind: 'update-ready'; readonly version: string }

/** What can be claimed: only what is not paid by itself, and only where a claim would be taken. */
export function claimableOf({ automatic, address, paused, confirmedMicroUsd, leastMicroUsd }: PayoutTerms): string | null {
  const amount = BigInt(confirmedMicroUsd)
  return !automatic && address !== null && paused === null && amount > 0n && amount >= BigInt(leastMicroUsd) ? confirmedMicroUsd : null
}

/** What happened between two moments, in the order of {@link NotificationKind}. Money is no news if it was there when the shell began to look. */
export function newsBetween(before: Known, after: Known): readonly OwnerNews[] {
  return [
    ...(before.claimable === null && typeof after.claimable === 'string' ? [{ kind: 'payout-ready', microUsd: after.claimable } as const] : []),
    ...payoutNews('payout-paid', before, after),
    ...payoutNews('payout-failed', before, after),
    ...troubleNews(before, after),
    ...(before.update.state !== 'ready' && after.update.state === 'ready' ? [{ kind: 'update-ready', version: after.update.version } as const] : []),
  ]
}

const ENDS = { 'payout-paid': ['confirmed', 'finalized'], 'payout-failed': ['failed'] } as const satisfies Partial<
  Record<NotificationKind, readonly AgentPayout['state'][]>
>

function payoutNews(kind: keyof typeof ENDS, before: Known, after: Known): OwnerNews[] {
  if (before.payouts === null || after.payouts === null) return []
  const hasEnded = ({ state }: Pick<AgentPayout, 'state'>) => (ENDS[kind] as readonly string[]).includes(state)
  const known = new Set(before.payouts.filter(hasEnded).map(({ payoutId }) => payoutId))
  const ended = after.payouts.filter((payout) => hasEnded(payout) && !known.has(payout.payoutId))
  const sum = ended.reduce((total, { microUsd }) => total + BigInt(microUsd), 0n)
  return ended.length === 0 ? [] : [{ kind, count: ended.length, microUsd: String(sum) }]
}

function troubleNews(before: Known, after: Known): OwnerNews[] {
  const [was, is] = [troubleOf(before), troubleOf(after)]
  return is !== null && (was === null || was.of !== is.of) ? [{ kind: 'action-needed', reason: is.reason }] : []
}

/** What only the owner can mend, or has to hear of. */
function troubleOf({ status, agent }: Known): { readonly of: string; readonly reason: string | null } | null {
  if ('message' in agent) return { of: agent.state, reason: agent.message }
  if (status?.display !== 'action-needed') return null
  const [first] = status.reasons
  // Who has never had anything from Windfall is being asked by the window just now.
  if (first?.code === 'consent' && hasEarnedNothing(status)) return null
  return { of: `agent ${first?.code ?? ''}`, reason: first?.message ?? null }
}

const hasEarnedNothing = ({ earnings: { accruedMicroUsd, confirmedMicroUsd, inFlightMicroUsd, paidMicroUsd } }: AgentStatus): boolean =>
  [accruedMicroUsd, confirmedMicroUsd, inFlightMicroUsd, paidMicroUsd].every((amount) => amount === '0')
