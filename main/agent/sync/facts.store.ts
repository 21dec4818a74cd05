import { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import { AgentPayout } from '../../../shared/contract/agent.ts'
import { ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { fromIso } from '../../../shared/units.ts'
import { createKeysetPage } from '../../kernel/keyset.store.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'
import { type ReceiptSearch, createReceiptSearch, foundBy } from './receipt-search.store.ts'

interface Earning {
  readonly earningId: string
  readonly jobId: string
  readonly receiptId: string
  readonly state: 'accrued' | 'confirmed'
  readonly microUsd: bigint
  readonly at: number
}

export interface EarningTotals {
  readonly accrued: bigint
  readonly confirmed: bigint
}

export type FactsStore = ReturnType<typeof createFactsStore>

/** All SQL on `receipt`, `earning` and `payout`: what the coordinator has told this node, kept so that it reads the same offline. */
export function createFactsStore(db: Sqlite) {
  return { ...receipts(db), ...earnings(db), ...payouts(db) }
}

const decodeSummary = (row: { summary: string }): ReceiptSummary => ReceiptSummary.parse(JSON.parse(row.summary))

function receipts(db: Sqlite) {
  const insert = db.prepare<[string, string, number, number, string, string, string]>(
    `INSERT INTO receipt (receipt_id, job_id, issued_at, anchored, summary, bundle, found_by) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (receipt_id) DO UPDATE SET bundle = excluded.bundle, summary = excluded.summary, anchored = excluded.anchored
     WHERE excluded.anchored >= receipt.anchored`,
  )
  const unanchored = db.prepare<[number], { receipt_id: string }>('SELECT receipt_id FROM receipt WHERE anchored = 0 ORDER BY issued_at LIMIT ?')
  const byId = db.prepare<[string], { bundle: string }>('SELECT bundle FROM receipt WHERE receipt_id = ?')
  const since = db.prepare<[number], { summary: string }>('SELECT summary FROM receipt WHERE issued_at >= ?')
  const page = createReceiptSearch(db)
  return {
    /** A receipt that is known already is only replaced by one with an anchor. */
    addReceipt: (summary: ReceiptSummary, bundle: ReceiptBundle): void => {
      const { receiptId, jobId, issuedAt } = summary
      insert.run(receiptId, jobId, fromIso(issuedAt), bundle.anchor ? 1 : 0, JSON.stringify(summary), JSON.stringify(bundle), foundBy(bundle))
    },
    receipt: (receiptId: string): ReceiptBundle | null => {
      const row = byId.get(receiptId)
      return row ? ReceiptBundle.parse(JSON.parse(row.bundle)) : null
    },
    /** Receipts whose anchor has not arrived yet, oldest first. */
    unanchored: (limit: number): string[] => unanchored.all(limit).map((row) => row.receipt_id),
    receiptsSince: (at: number): ReceiptSummary[] => since.all(at).map(decodeSummary),
    /** Newest first. */
    listReceipts: (after: string | null, limit: number, filter: ReceiptSearch = {}): ReceiptSummary[] => page(filter, after, limit),
  }
}

function earnings(db: Sqlite) {
  const insert = db.prepare<[string, string, string, string, bigint, number]>(
    `INSERT INTO earning (earning_id, job_id, receipt_id, state, micro_usd, at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (earning_id) DO UPDATE SET state = excluded.state`,
  )
  const totals = db
    .prepare<[number], { state: string; total: bigint }>('SELECT state, sum(micro_usd) AS total FROM earning WHERE at >= ? GROUP BY state')
    .safeIntegers()
  return {
    addEarning: (earning: Earning): void => {
      insert.run(earning.earningId, earning.jobId, earning.receiptId, earning.state, earning.microUsd, earning.at)
    },
    earnedSince: (at: number): EarningTotals => {
      const sums = new Map(totals.all(at).map((row) => [row.state, row.total]))
      return { accrued: sums.get('accrued') ?? 0n, confirmed: sums.get('confirmed') ?? 0n }
    },
  }
}

export interface PayoutTotals {
  readonly inFlightMicroUsd: bigint
  readonly paidMicroUsd: bigint
  readonly paidLamports: bigint
}

function payouts(db: Sqlite) {
  const upsert = db.prepare<[string, string, bigint, bigint, string, number]>(
    `INSERT INTO payout (payout_id, state, lamports, micro_usd, fact, at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (payout_id) DO UPDATE SET state = excluded.state, fact = excluded.fact`,
  )
  const totals = db
    .prepare<[], { state: string; lamports: bigint; micro: bigint }>(
      'SELECT state, sum(lamports) AS lamports, sum(micro_usd) AS micro FROM payout GROUP BY state',
    )
    .safeIntegers()
  const byId = db.prepare<[string], { fact: string }>('SELECT fact FROM payout WHERE payout_id = ?')
  const page = createKeysetPage<{ fact: string }>(db, { select: 'SELECT fact FROM payout', table: 'payout', at: 'at', id: 'payout_id' })
  return {
    /** The first news of a payout gives it its place in the list, so that pages stay what they were while it moves on. */
    putPayout: (payout: AgentPayout): void => {
      upsert.run(payout.payoutId, payout.state, BigInt(payout.lamports), BigInt(payout.microUsd), JSON.stringify(payout), fromIso(payout.at))
    },
    payoutTotals: (): PayoutTotals => {
      const rows = totals.all()
      const paid = rows.find((row) => row.state === 'finalized')
      const inFlight = rows.filter((row) => row.state !== 'finalized' && row.state !== 'failed').reduce((sum, row) => sum + row.micro, 0n)
      return { inFlightMicroUsd: inFlight, paidMicroUsd: paid?.micro ?? 0n, paidLamports: paid?.lamports ?? 0n }
    },
    payout: (payoutId: string): AgentPayout | null => {
      const row = byId.get(payoutId)
      return row ? AgentPayout.parse(JSON.parse(row.fact)) : null
    },
    listPayouts: (after: string | null, limit: number): AgentPayout[] => page(after, limit).map((row) => AgentPayout.parse(JSON.parse(row.fact))),
  }
}
