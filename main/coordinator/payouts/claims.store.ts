import { type MicroUsd, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { PayAsset } from './assets.ts'
import type { AttemptState, BatchState } from './batch.ts'
import { type Quote, type QuoteRow, toQuote } from './quotes.store.ts'

export interface Claim {
  readonly id: string
  readonly payoutId: string
  readonly quote: Quote
  readonly createdAt: number
  /** When it came into a batch, or why it could not. */
  readonly plannedAt: number | null
  readonly failure: string | null
}

/** What has become of a claim's payout. */
export interface ClaimedPayout {
  readonly feeMicroUsd: MicroUsd
  readonly amount: bigint
  readonly state: BatchState
  readonly signature: string | null
  readonly updatedAt: number
}

const claimsIn = (db: Db | Tx) =>
  db
    .selectFrom('payout_claim as claim')
    .innerJoin('payout_quote as quote', 'quote.id', 'claim.quote_id')
    .selectAll('quote')
    .select(['claim.id as claim_id', 'claim.payout_id', 'claim.created_at', 'claim.planned_at', 'claim.failure'])

type ClaimRow = QuoteRow & { claim_id: string; payout_id: string; created_at: number; planned_at: number | null; failure: string | null }

const toClaim = (row: ClaimRow): Claim => ({
  id: row.claim_id,
  payoutId: row.payout_id,
  quote: toQuote(row),
  createdAt: row.created_at,
  plannedAt: row.planned_at,
  failure: row.failure,
})

function claims(db: Db | Tx) {
  return {
    async addClaim({ id, nodeId, quoteId, payoutId, at }: { id: string; nodeId: string; quoteId: string; payoutId: string; at: number }): Promise<void> {
      const row = { id, node_id: nodeId, quote_id: quoteId, payout_id: payoutId, created_at: at, planned_at: null, failure: null }
      await db.insertInto('payout_claim').values(row).execute()
    },
    async claim(id: string): Promise<Claim | null> {
      const row = await claimsIn(db).where('claim.id', '=', id).executeTakeFirst()
      return row ? toClaim(row) : null
    },
    async claimOfQuote(quoteId: string): Promise<string | null> {
      return (await db.selectFrom('payout_claim').select('id').where('quote_id', '=', quoteId).executeTakeFirst())?.id ?? null
    },
    /** Newest first, by the time and the order in which they were made. */
    async claimsOf(nodeId: string, { after, limit }: { after: string | null; limit: number }): Promise<Claim[]> {
      const query = claimsIn(db).where('claim.node_id', '=', nodeId).orderBy('claim.payout_id', 'desc').limit(limit)
      const rows = await (after === null ? query : query.where('claim.payout_id', '<', after)).execute()
      return rows.map(toClaim)
    },
    /** Claims that are in no batch yet, oldest first. */
    async waiting(): Promise<Claim[]> {
      const rows = await claimsIn(db).where('claim.planned_at', 'is', null).orderBy('claim.created_at').orderBy('claim.payout_id').execute()
      return rows.map(toClaim)
    },
    /** What they take of an asset. */
    async waitingAmount(asset: PayAsset): Promise<bigint> {
      const rows = await claimsIn(db).where('claim.planned_at', 'is', null).where('quote.asset', '=', asset).execute()
      return rows.reduce((sum, row) => sum + row.amount, 0n)
    },
    async endWaiting(id: string, { at, failure = null }: { at: number; failure?: string | null }): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('payout_claim')
        .set({ planned_at: at, failure })
        .where('id', '=', id)
        .where('planned_at', 'is', null)
        .executeTakeFirstOrThrow()
      return numUpdatedRows === 1n
    },
  }
}

function outcomes(db: Db | Tx) {
  return {
    /** What has become of these claims, by claim id; one that is in no batch has nothing. */
    async payoutsOf(claimIds: readonly string[]): Promise<Map<string, ClaimedPayout>> {
      if (claimIds.length === 0) return new Map()
      const rows = await db
        .selectFrom('payout_item as item')
        .innerJoin('payout_batch as batch', 'batch.id', 'item.batch_id')
        .select(['item.claim_id', 'item.fee_micro', 'item.amount', 'batch.id', 'batch.state', 'batch.updated_at'])
        .where('item.claim_id', 'in', claimIds)
        .execute()
      const signatures = await signaturesOf(db, [...new Set(rows.map((row) => row.id))])
      return new Map(
        rows.map((row) => [
          row.claim_id ?? '',
          { feeMicroUsd: microUsd(row.fee_micro), amount: row.amount, state: row.state, signature: signatures.get(row.id) ?? null, updatedAt: row.updated_at },
        ]),
      )
    },
  }
}

const DEAD: AttemptState = 'expired'

/** The transaction of each batch that may land or has. */
async function signaturesOf(db: Db | Tx, batchIds: readonly string[]): Promise<Map<string, string>> {
  if (batchIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('payout_attempt')
    .select(['batch_id', 'signature'])
    .where('batch_id', 'in', batchIds)
    .where('state', '!=', DEAD)
    .orderBy('n')
    .execute()
  return new Map(rows.map((row) => [row.batch_id, row.signature]))
}

/** All SQL on table `payout_claim`. */
export const createClaimsStore = (db: Db | Tx) => ({ ...claims(db), ...outcomes(db) })
