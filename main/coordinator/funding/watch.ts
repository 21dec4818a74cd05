import { WindfallError } from '../../../shared/errors.ts'
import { microUsd } from '../../../shared/units.ts'
import type { Chain } from '../../chain/chain.ts'
import { transact } from '../persistence/database.ts'
import { type FundingDeps, creditId } from './deposits.ts'
import { createFundingStore } from './funding.store.ts'
import { type FundingRequest, judgePayment, stateAfter } from './judge.ts'

export interface WatchDeps extends FundingDeps {
  readonly chain: Pick<Chain, 'historyOf' | 'transaction'>
  readonly credited: (depositId: string, signature: string, amount: bigint) => void
  readonly held: (depositId: string, signature: string, reason: string) => void
}

/** For so long after its time a payment is still looked for. */
const LOOK_ON_MS = 86_400_000
/** Of one request: whoever pays it pays it once. */
const PAYMENTS = 20

/**
 * Looks for payments of what is `awaited` now, or of `everything` that was asked for lately, by its reference and in final transactions only.
 * Error: `chain.unavailable`.
 */
export async function lookForPayments(deps: WatchDeps, what: 'awaited' | 'everything'): Promise<void> {
  const { db, clock } = deps
  const since = clock.now() - LOOK_ON_MS
  for (const request of await createFundingStore(db).watched(since))
    if (what === 'everything' || (request.state === 'waiting' && request.expiresAt >= clock.now())) await lookFor(deps, request)
  if ((await createFundingStore(db).page({ requesterId: null, state: 'waiting', after: null, limit: 1 })).length > 0)
    await transact(db, (tx) => createFundingStore(tx).expire(since))
}

async function lookFor(deps: WatchDeps, { depositId, reference }: FundingRequest): Promise<void> {
  const { db, chain } = deps
  const found = await chain.historyOf(reference, { limit: PAYMENTS })
  for (const { signature, err } of found.toReversed()) {
    if (err !== null || (await createFundingStore(db).payment(signature))) continue
    const transaction = await chain.transaction(signature)
    if (!transaction)
      throw new WindfallError('chain.unavailable', `The Solana endpoint lists the transaction ${signature} but cannot show it. Windfall asks again.`)
    await take(deps, depositId, { signature, transaction })
  }
}

interface Arrived {
  readonly signature: string
  readonly transaction: Parameters<typeof judgePayment>[1]
}

/** A transaction counts once, and what it pays is credited in the same breath. */
async function take(deps: WatchDeps, depositId: string, { signature, transaction }: Arrived): Promise<void> {
  const now = deps.clock.now()
  const at = transaction.blockTime === null ? now : transaction.blockTime * 1_000
  const taken = await transact(deps.db, async (tx) => {
    const store = createFundingStore(tx)
    const request = await store.get(depositId)
    const payment = request && judgePayment(request, transaction, at)
    if (!request || !payment) return null
    const credited = payment.state === 'credited' ? payment.worthMicroUsd : 0n
    if (!(await store.addPayment({ ...payment, signature, depositId, creditedMicroUsd: credited, at: now }))) return null
    await store.setState(depositId, stateAfter(request, payment))
    const { requesterId, rate } = request
    if (credited > 0n) await deps.credit(tx, { id: creditId(signature), requesterId, amount: microUsd(credited), note: rate })
    await deps.decide(tx, `deposit.${payment.state}`, {
      depositId,
      requesterId,
      signature,
      units: String(payment.units),
      microUsd: String(credited),
      reason: payment.reason,
    })
    return payment
  })
  if (taken?.state === 'credited') deps.credited(depositId, signature, taken.worthMicroUsd)
  if (taken?.state === 'held') deps.held(depositId, signature, taken.reason ?? '')
}
