import { type Lamports, type MicroUsd, lamports, microUsd } from '../../../shared/units.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { PayAsset } from './assets.ts'

export interface Quote {
  readonly id: string
  readonly nodeId: string
  readonly asset: PayAsset
  readonly address: string
  /** What it takes from the node's earnings, and what of that goes for fee and rent. */
  readonly microUsd: MicroUsd
  readonly feeMicroUsd: MicroUsd
  readonly feeLamports: Lamports
  readonly rentMicroUsd: MicroUsd
  readonly rentLamports: Lamports
  /** What arrives at least, in units of the asset. */
  readonly amount: bigint
  readonly microUsdPerSol: MicroUsd
  readonly rate: string
  readonly expiresAt: number
}

export interface QuoteRow {
  id: string
  node_id: string
  asset: PayAsset
  address: string
  usd_micro: bigint
  fee_micro: bigint
  fee_lamports: bigint
  rent_micro: bigint
  rent_lamports: bigint
  amount: bigint
  sol_usd_micro: bigint
  rate: string
  expires_at: number
}

export const toQuote = (row: QuoteRow): Quote => ({
  id: row.id,
  nodeId: row.node_id,
  asset: row.asset,
  address: row.address,
  microUsd: microUsd(row.usd_micro),
  feeMicroUsd: microUsd(row.fee_micro),
  feeLamports: lamports(row.fee_lamports),
  rentMicroUsd: microUsd(row.rent_micro),
  rentLamports: lamports(row.rent_lamports),
  amount: row.amount,
  microUsdPerSol: microUsd(row.sol_usd_micro),
  rate: row.rate,
  expiresAt: row.expires_at,
})

const fromQuote = (quote: Quote): QuoteRow => ({
  id: quote.id,
  node_id: quote.nodeId,
  asset: quote.asset,
  address: quote.address,
  usd_micro: quote.microUsd,
  fee_micro: quote.feeMicroUsd,
  fee_lamports: quote.feeLamports,
  rent_micro: quote.rentMicroUsd,
  rent_lamports: quote.rentLamports,
  amount: quote.amount,
  sol_usd_micro: quote.microUsdPerSol,
  rate: quote.rate,
  expires_at: quote.expiresAt,
})

/** All SQL on table `payout_quote`. */
export function createQuotesStore(db: Db | Tx) {
  return {
    async add(quote: Quote): Promise<void> {
      await db.insertInto('payout_quote').values(fromQuote(quote)).execute()
    },
    async get(nodeId: string, id: string): Promise<Quote | null> {
      const row = await db.selectFrom('payout_quote').selectAll().where('id', '=', id).where('node_id', '=', nodeId).executeTakeFirst()
      return row ? toQuote(row) : null
    },
    /** What nobody took in time. */
    async forget(before: number): Promise<void> {
      const taken = db.selectFrom('payout_claim').select('quote_id')
      await db.deleteFrom('payout_quote').where('expires_at', '<', before).where('id', 'not in', taken).execute()
    },
  }
}
