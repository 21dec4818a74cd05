import type { DepositState } from '../../../shared/contract/funding.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { FundingRequest } from './judge.ts'

export interface StoredPayment {
  readonly signature: string
  readonly depositId: string
  readonly state: 'credited' | 'held' | 'returned'
  readonly units: bigint
  readonly worthMicroUsd: bigint
  readonly creditedMicroUsd: bigint
  readonly reason: string | null
  readonly at: number
}

type RequestRow = Awaited<ReturnType<ReturnType<typeof requests>['executeTakeFirstOrThrow']>>
const requests = (db: Db | Tx) => db.selectFrom('funding_request').selectAll()

const requestOf = (row: RequestRow): FundingRequest => ({
  depositId: row.id,
  requesterId: row.requester_id,
  asset: row.asset,
  microUsd: row.usd_micro,
  units: row.due_amount,
  rate: row.rate,
  recipient: row.recipient,
  mint: row.mint,
  reference: row.reference,
  state: row.state,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})

interface Page {
  readonly requesterId: string | null
  readonly state: DepositState | null
  readonly after: string | null
  readonly limit: number
}

function requestsOf(db: Db | Tx) {
  const get = async (depositId: string): Promise<FundingRequest | null> => {
    const row = await requests(db).where('id', '=', depositId).executeTakeFirst()
    return row ? requestOf(row) : null
  }
  return {
    get,
    async add({ depositId, requesterId, asset, microUsd, units, ...rest }: FundingRequest): Promise<void> {
      const { rate, recipient, mint, reference, state, createdAt, expiresAt } = rest
      const due = { asset, usd_micro: microUsd, due_amount: units, rate, recipient, mint, reference }
      await db
        .insertInto('funding_request')
        .values({ id: depositId, requester_id: requesterId, ...due, state, created_at: createdAt, expires_at: expiresAt })
        .execute()
    },
    /** Newest first. */
    async page({ requesterId, state, after, limit }: Page): Promise<FundingRequest[]> {
      const last = after === null ? null : await get(after)
      let query = requests(db).orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit)
      if (requesterId !== null) query = query.where('requester_id', '=', requesterId)
      // A second payment of what is credited is held as well.
      const held = db.selectFrom('funding_payment').select('request_id').where('state', '=', 'held')
      if (state !== null) query = query.where((e) => (state === 'held' ? e.or([e('state', '=', state), e('id', 'in', held)]) : e('state', '=', state)))
      if (last)
        query = query.where((e) => e.or([e('created_at', '<', last.createdAt), e.and([e('created_at', '=', last.createdAt), e('id', '<', last.depositId)])]))
      return (await query.execute()).map(requestOf)
    },
    /** Those whose payment may still arrive: nothing that was paid in time is missed, and what comes later is still found. */
    async watched(since: number): Promise<FundingRequest[]> {
      return (await requests(db).where('expires_at', '>=', since).orderBy('expires_at').execute()).map(requestOf)
    },
    async countWaiting(requesterId: string): Promise<number> {
      const counted = db.selectFrom('funding_request').select((e) => e.fn.countAll<number>().as('count'))
      return (await counted.where('requester_id', '=', requesterId).where('state', '=', 'waiting').executeTakeFirstOrThrow()).count
    },
    async setState(depositId: string, state: DepositState): Promise<void> {
      await db.updateTable('funding_request').set({ state }).where('id', '=', depositId).execute()
    },
    async expire(before: number): Promise<void> {
      await db.updateTable('funding_request').set({ state: 'expired' }).where('state', '=', 'waiting').where('expires_at', '<', before).execute()
    },
  }
}

type PaymentRow = Awaited<ReturnType<ReturnType<typeof payments>['executeTakeFirstOrThrow']>>
const payments = (db: Db | Tx) => db.selectFrom('funding_payment').selectAll()

const paymentOf = (row: PaymentRow): StoredPayment => ({
  signature: row.signature,
  depositId: row.request_id,
  state: row.state,
  units: row.paid_amount,
  worthMicroUsd: row.worth_usd_micro,
  creditedMicroUsd: row.credited_usd_micro,
  reason: row.reason,
  at: row.at,
})

function paymentsOf(db: Db | Tx) {
  return {
    async payment(signature: string): Promise<StoredPayment | null> {
      const row = await payments(db).where('signature', '=', signature).executeTakeFirst()
      return row ? paymentOf(row) : null
    },
    async paymentsFor(depositId: string): Promise<StoredPayment[]> {
      return (await payments(db).where('request_id', '=', depositId).orderBy('at').orderBy('signature').limit(20).execute()).map(paymentOf)
    },
    /** `false` if the transaction has counted before, for whatever request. */
    async addPayment({ signature, depositId, state, units, worthMicroUsd, creditedMicroUsd, reason, at }: StoredPayment): Promise<boolean> {
      const amounts = { paid_amount: units, worth_usd_micro: worthMicroUsd, credited_usd_micro: creditedMicroUsd }
      const added = await db
        .insertInto('funding_payment')
        .values({ signature, request_id: depositId, state, ...amounts, reason, at })
        .onConflict((conflict) => conflict.column('signature').doNothing())
        .executeTakeFirst()
      return (added.numInsertedOrUpdatedRows ?? 0n) > 0n
    },
    async settlePayment(signature: string, { state, creditedMicroUsd, reason }: Pick<StoredPayment, 'state' | 'creditedMicroUsd' | 'reason'>): Promise<void> {
      await db.updateTable('funding_payment').set({ state, credited_usd_micro: creditedMicroUsd, reason }).where('signature', '=', signature).execute()
    },
  }
}

/** All SQL on what requesters pay in on Solana. */
export const createFundingStore = (db: Db | Tx) => ({ ...requestsOf(db), ...paymentsOf(db) })
