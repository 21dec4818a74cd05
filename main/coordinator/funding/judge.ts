import type { ChainTransaction } from '../../chain/chain.ts'

/** What a requester was asked to pay. */
export interface FundingRequest {
  readonly depositId: string
  readonly requesterId: string
  readonly asset: 'sol' | 'usdc'
  readonly microUsd: bigint
  /** Lamports or micro-USDC. */
  readonly units: bigint
  readonly rate: string
  readonly recipient: string
  readonly mint: string | null
  readonly reference: string
  readonly state: 'waiting' | 'credited' | 'held' | 'returned' | 'expired'
  /** Epoch milliseconds, both. */
  readonly createdAt: number
  readonly expiresAt: number
}

export interface Payment {
  readonly state: 'credited' | 'held'
  readonly units: bigint
  /** By the rate of the request, rounded down; 0 for what that rate says nothing about. */
  readonly worthMicroUsd: bigint
  readonly reason: string | null
}

/** The most that is written down. Only of a token that somebody made up there is more. */
const MOST_UNITS = 2n ** 63n - 1n
const held = (units: bigint, worthMicroUsd: bigint, reason: string): Payment => ({
  state: 'held',
  units: units < MOST_UNITS ? units : MOST_UNITS,
  worthMicroUsd,
  reason,
})

/** What the recipient gained of each thing. */
function gains({ recipient }: FundingRequest, { changes, tokenChanges }: ChainTransaction): { lamports: bigint; tokens: ReadonlyMap<string, bigint> } {
  const tokens = new Map<string, bigint>()
  for (const { owner, mint, change } of tokenChanges) if (owner === recipient) tokens.set(mint, (tokens.get(mint) ?? 0n) + change)
  return { lamports: changes.get(recipient) ?? 0n, tokens }
}

/**
 * What a final transaction that bears the reference of a request is: the payment it asks for, something else that has to be looked at, or nothing at all
 * (`null`): anybody can write a reference beside anything. `at` is when it landed, epoch ms.
 */
export function judgePayment(request: FundingRequest, transaction: ChainTransaction, at: number): Payment | null {
  if (transaction.err !== null) return null
  const { lamports, tokens } = gains(request, transaction)
  const units = request.mint === null ? lamports : (tokens.get(request.mint) ?? 0n)
  if (units <= 0n) {
    const [other] = [...tokens.values(), lamports].filter((gain) => gain > 0n)
    return other === undefined ? null : held(other, 0n, `It was not paid in ${request.asset === 'sol' ? 'SOL' : 'USDC'}, which was asked for.`)
  }
  const worth = (units * request.microUsd) / request.units
  if (request.state === 'credited') return held(units, worth, 'This deposit was already paid.')
  if (units !== request.units) return held(units, worth, `${request.units} ${request.asset === 'sol' ? 'lamports' : 'micro-USDC'} were asked for.`)
  if (at > request.expiresAt) return held(units, worth, 'It arrived after its time; the rate may no longer hold.')
  return { state: 'credited', units, worthMicroUsd: request.microUsd, reason: null }
}

/** What becomes of a request by a payment: once it is credited it stays so. */
export const stateAfter = ({ state }: FundingRequest, payment: Pick<Payment, 'state'>): FundingRequest['state'] =>
  state === 'credited' ? state : payment.state
