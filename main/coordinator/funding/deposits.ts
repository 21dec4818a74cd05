import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { DepositAsset, DepositView, depositCalls } from '../../../shared/contract/funding.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type MicroUsd, microUsd, toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type StoredPayment, createFundingStore } from './funding.store.ts'
import type { FundingRequest } from './judge.ts'
import { transferUrl } from './solana-pay.ts'

export interface FundingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  /** A fresh address, base58: by it a payment is found. */
  readonly newReference: () => string
  readonly cluster: string
  readonly recipient: string
  /** The mint of USDC on this cluster; `null`: USDC is not taken. */
  readonly usdcMint: string | null
  /** Units of an asset for micro-USD, rounded up, and the rate in words. */
  readonly priceOf: (asset: DepositAsset, amount: MicroUsd) => Promise<{ readonly units: bigint; readonly rate: string }>
  /** Credits a prepaid balance, once per id. Part of the caller's transaction. */
  readonly credit: (tx: Tx, deposit: { readonly id: string; readonly requesterId: string; readonly amount: MicroUsd; readonly note: string }) => Promise<void>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

type In<K extends keyof typeof depositCalls> = InputOf<(typeof depositCalls)[K]>
type Out<K extends keyof typeof depositCalls> = OutputOf<(typeof depositCalls)[K]>

export interface Deposits {
  /** Errors: `input.invalid` for an amount or an asset that is not taken, `conflict` for an id that means something else, `rate.limited`. */
  readonly request: (requesterId: string, order: In<'requestDeposit'>) => Promise<DepositView>
  /** Error: `auth.refused` for those of everybody. */
  readonly list: (viewer: Viewer, page: In<'listDeposits'>) => Promise<Out<'listDeposits'>>
  /** Error: `not-found`, also for somebody else's. */
  readonly show: (viewer: Viewer, depositId: string) => Promise<DepositView>
  /** Errors: `not-found`, `conflict`. */
  readonly decideHeld: (by: string, order: In<'decideDeposit'>) => Promise<DepositView>
}

/** For so long a rate is good. */
const GOOD_FOR_MS = 1_800_000
/** Below it, what it costs to look after a deposit is more than it is worth. */
const LEAST = 1_000_000n
const MOST = 1_000_000_000_000n
const MOST_WAITING = 20
const DECIMALS = { sol: 9, usdc: 6 } as const

const dollars = (amount: bigint): string => `$${amount / 1_000_000n}.${String((amount % 1_000_000n) / 10_000n).padStart(2, '0')}`

/** What requesters are asked to pay on Solana, and what operators decide about payments that were not what was asked for. */
export function createDeposits(deps: FundingDeps): Deposits {
  const { db } = deps
  const viewed = async (request: FundingRequest) => viewOf(deps, request, await createFundingStore(db).paymentsFor(request.depositId))
  return {
    async request(requesterId, order) {
      const quote = await quoteFor(deps, requesterId, order)
      return viewed(await transact(db, (tx) => keepRequest(tx, quote)))
    },
    async list({ account, all }, { of, state, after, limit }) {
      if (of === 'everybody' ? !all : account === null) throw new WindfallError('auth.refused', OF_OTHERS)
      const found = await createFundingStore(db).page({ requesterId: of === 'everybody' ? null : account, state, after, limit: limit + 1 })
      const items = await Promise.all(found.slice(0, limit).map(viewed))
      return { items, next: found.length > limit ? (items.at(-1)?.depositId ?? null) : null }
    },
    async show({ account, all }, depositId) {
      const request = await createFundingStore(db).get(depositId)
      if (!request || (request.requesterId !== account && !all))
        throw new WindfallError('not-found', `You have no deposit ${depositId}. See those that you have: windfall requester deposits`)
      return viewed(request)
    },
    async decideHeld(by, order) {
      return viewed(await transact(db, (tx) => decideHeld(deps, tx, { ...order, by })))
    },
  }
}

const OF_OTHERS = 'Only the operator of this coordinator may see what everybody has paid in, and you need an account to have paid in yourself.'

async function quoteFor(deps: FundingDeps, requesterId: string, { depositId, microUsd: wanted, asset }: In<'requestDeposit'>): Promise<FundingRequest> {
  const amount = BigInt(wanted)
  if (amount < LEAST || amount > MOST) throw new WindfallError('input.invalid', `A deposit is ${dollars(LEAST)} to ${dollars(MOST)}, not ${dollars(amount)}.`)
  if (asset === 'usdc' && deps.usdcMint === null) throw new WindfallError('input.invalid', 'This coordinator takes no USDC on this cluster. Pay in SOL.')
  const now = deps.clock.now()
  const { units, rate } = await deps.priceOf(asset, microUsd(amount))
  return {
    depositId,
    requesterId,
    asset,
    microUsd: amount,
    units,
    rate,
    recipient: deps.recipient,
    mint: asset === 'usdc' ? deps.usdcMint : null,
    reference: deps.newReference(),
    state: 'waiting',
    createdAt: now,
    expiresAt: now + GOOD_FOR_MS,
  }
}

/** The request there is under this id, or this one. */
async function keepRequest(tx: Tx, quote: FundingRequest): Promise<FundingRequest> {
  const { depositId, requesterId, asset, microUsd: amount } = quote
  const store = createFundingStore(tx)
  const known = await store.get(depositId)
  if (known) {
    if (known.requesterId === requesterId && known.asset === asset && known.microUsd === amount) return known
    throw new WindfallError('conflict', `There is already another deposit ${depositId}. Choose another id.`)
  }
  if ((await store.countWaiting(requesterId)) >= MOST_WAITING)
    throw new WindfallError('rate.limited', `${MOST_WAITING} deposits of yours wait to be paid. Pay one of them, or wait until they are over.`)
  await store.add(quote)
  return quote
}

async function decideHeld(
  deps: FundingDeps,
  tx: Tx,
  { signature, decision, reason, by }: In<'decideDeposit'> & { readonly by: string },
): Promise<FundingRequest> {
  const store = createFundingStore(tx)
  const payment = await store.payment(signature)
  const request = payment && (await store.get(payment.depositId))
  if (!payment || !request)
    throw new WindfallError(
      'not-found',
      `No payment ${signature} arrived for a deposit. See those that wait: windfall requester deposits --everybody --state held`,
    )
  const state = decision === 'credit' ? 'credited' : 'returned'
  if (payment.state === state) return request
  if (payment.state !== 'held') throw new WindfallError('conflict', `The payment ${signature} was already ${payment.state}.`)
  if (state === 'credited' && payment.worthMicroUsd === 0n)
    throw new WindfallError('conflict', 'No rate was agreed for what arrived. Send it back, or credit an amount of your choice: windfall requester fund')
  const { depositId, requesterId } = request
  const credited = state === 'credited' ? payment.worthMicroUsd : 0n
  if (credited > 0n) await deps.credit(tx, { id: creditId(signature), requesterId, amount: microUsd(credited), note: request.rate })
  await store.settlePayment(signature, { state, creditedMicroUsd: credited, reason: `${reason} (${by})` })
  const after = request.state === 'credited' ? request.state : state
  await store.setState(depositId, after)
  await deps.decide(tx, 'deposit.decided', { depositId, requesterId, signature, decision, creditedMicroUsd: String(credited), reason, by })
  return { ...request, state: after }
}

/** What a deposit is called in the books: a transaction is credited once. */
export const creditId = (signature: string): string => `solana:${signature}`

function viewOf({ cluster }: Pick<FundingDeps, 'cluster'>, request: FundingRequest, payments: readonly StoredPayment[]): DepositView {
  const { depositId, requesterId, asset, units, rate, recipient, mint, reference, state } = request
  const message = `Deposit of ${dollars(request.microUsd)} for jobs`
  return {
    depositId,
    requesterId,
    state,
    asset,
    microUsd: String(request.microUsd),
    units: String(units),
    rate,
    recipient,
    reference,
    url: transferUrl({ recipient, units, decimals: DECIMALS[asset], mint, reference, memo: `wf-deposit:${depositId}`, message }),
    cluster,
    expiresAt: toIso(request.expiresAt),
    createdAt: toIso(request.createdAt),
    payments: payments.map(({ signature, state: paid, units: arrived, creditedMicroUsd, reason, at }) => ({
      signature,
      state: paid,
      units: String(arrived),
      creditedMicroUsd: String(creditedMicroUsd),
      reason,
      at: toIso(at),
    })),
  }
}
