import { setImmediate } from 'node:timers/promises'
import type { Statistics } from '../../shared/contract/statistics.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import { jobCounts } from './jobs/counts.store.ts'
import { VERIFIER } from './ledger/accounts.ts'
import { earnedSoFar } from './ledger/earned.store.ts'
import type { Db } from './persistence/database.ts'
import { type ReceiptTotals, receiptTotals, totalsOfRequester } from './receipts/totals.store.ts'
import { createNodesStore } from './registry/nodes.store.ts'

const KEEP_MS = 900_000
/** Receipts that are summed at once, so that nobody else waits long for the database. */
const SLICE = 10_000

const plus = (a: ReceiptTotals, b: ReceiptTotals): ReceiptTotals => ({
  receipts: a.receipts + b.receipts,
  energyWh: a.energyWh + b.energyWh,
  emissionsG: a.emissionsG + b.emissionsG,
  attributedSavingG: a.attributedSavingG + b.attributedSavingG,
})

const minus = (all: ReceiptTotals, { receipts, energyWh, emissionsG, attributedSavingG }: ReceiptTotals): ReceiptTotals =>
  plus(all, { receipts: -receipts, energyWh: -energyWh, emissionsG: -emissionsG, attributedSavingG: -attributedSavingG })

/** Sums every receipt once: the log has no gaps and only grows. */
function createReceiptSums(db: Db): () => Promise<ReceiptTotals> {
  let totals: ReceiptTotals = { receipts: 0, energyWh: 0, emissionsG: 0, attributedSavingG: 0 }
  return async () => {
    for (; ; await setImmediate()) {
      const slice = await receiptTotals(db, totals.receipts, totals.receipts + SLICE)
      totals = plus(totals, slice)
      if (slice.receipts < SLICE) return totals
    }
  }
}

/** What was done so far, counted anew every quarter of an hour at most. */
export function createStatistics({ db, clock }: { readonly db: Db; readonly clock: Pick<Clock, 'now' | 'monotonic'> }): () => Promise<Statistics> {
  const sumReceipts = createReceiptSums(db)
  let counted: { readonly at: number; readonly answer: Promise<Statistics> } | null = null
  const count = async (): Promise<Statistics> => {
    // What the platform has done to check nodes is nobody's work.
    const { receipts, energyWh, emissionsG, attributedSavingG } = minus(await sumReceipts(), await totalsOfRequester(db, VERIFIER))
    const [nodes, jobs, earned] = [await createNodesStore(db).countWorking(), await jobCounts(db, VERIFIER), await earnedSoFar(db)]
    const sums = { receipts, energyKWh: energyWh / 1_000, emissionsG, attributedSavingG, earnedMicroUsd: String(earned) }
    return { asOf: toIso(clock.now()), nodes, jobs, ...sums }
  }
  return () => {
    const now = clock.monotonic()
    if (counted && now - counted.at < KEEP_MS) return counted.answer
    const answer = count()
    counted = { at: now, answer }
    // A failure is not kept.
    answer.catch(() => (counted = null))
    return answer
  }
}
