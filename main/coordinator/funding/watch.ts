import { WindfallError } from '../../../shared/errors.ts'
import { microUsd } from '../../../shared/units.ts'
import type { Chain, HistoryItem } from '../../chain/chain.ts'
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
/** Anybody can write a reference beside anything, so that a payment need not be among the newest. */
const [PAGE, MOST] = [1_000, 10_000]

/**
 * Looks for payments of what is `awaited` now, or of `everything` that was asked for lately, by its reference and in final transactions only. What cannot be
 * seen of one request keeps none of the others back. Error: `chain.unavailable`.
 */
export async function lookForPayments(deps: WatchDeps, what: 'awaited' | 'everything'): Promise<void> {
  const { db, clock } = deps
  const since = clock.now() - LOOK_ON_MS
  const failures: unknown[] = []
  for (const request of await createFundingStore(db).watched(since))
    if (what === 'everything' || (request.state === 'waiting' && request.expiresAt >= clock.now())) failures.push(...(await lookFor(deps, request)))
  if ((await createFundingStore(db).page({ requesterId: null, state: 'waiting', after: null, limit: 1 })).length > 0)
    await transact(db, (tx) => createFundingStore(tx).expire(since))
  if (failures.length > 0) throw failures[0]
}

/** Oldest first. */
async function bearing(chain: WatchDeps['chain'], reference: string): Promise<readonly HistoryItem[]> {
  const found: HistoryItem[] = []
  for (let page: readonly HistoryItem[] | null = null; page === null || (page.length === PAGE && found.length < MOST); found.push(...page)) {
    const last = found.at(-1)
    page = await chain.historyOf(reference, { limit: PAGE, ...(last ? { before: last.signature } : {}) })
  }
  return found.toReversed()
}

/** Answers with what kept it from seeing some of them. */
async function lookFor(deps: WatchDeps, { depositId, reference }: FundingRequest): Promise<unknown[]> {
  const { db, chain } = deps
  const failures: unknown[] = []
  for (const { signature, err } of await bearing(chain, reference)) {
    if (err !== null || (await createFundingStore(db).payment(signature))) continue
    try {
      const transaction = await chain.transaction(signature)
      if (!transaction)
        throw new WindfallError('chain.unavailable', `The Solana endpoint lists the transaction ${signature} but cannot show it. Windfall asks again.`)
      await take(deps, depositId, { signature, transaction })
    } catch (error) {
      failures.push(error)
    }
  }
  return failures
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
