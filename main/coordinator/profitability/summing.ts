import { setImmediate } from 'node:timers/promises'
import type { ProfitGroup } from '../../../shared/contract/profitability.ts'
import type { Db } from '../persistence/database.ts'
import { type BookCursor, bookedPage, jobFacts } from './profit.store.ts'
import { type Running, addBooked, addReceipts, jobOf, keyOf, nothing } from './profit.ts'

export interface ProfitQuestion {
  readonly by: ProfitGroup
  /** Epoch milliseconds; `null`: from the beginning, until now. */
  readonly from: number | null
  readonly to: number | null
}

export interface Profits {
  readonly total: Running
  /** By key, in the order of their keys. */
  readonly groups: readonly (readonly [key: string, sum: Running])[]
  /** What belongs to no key; `null` if nothing does. */
  readonly rest: Running | null
}

/** Transactions that are held at once; in between, others have their turn. */
const AT_ONCE = 500

/** Sums the books of a stretch of time, and the receipts of the jobs that were closed in it. What is held is the sums. */
export async function sumProfits(db: Db, { by, from, to }: ProfitQuestion, checker: string): Promise<Profits> {
  const total = nothing()
  const groups = new Map<string | null, Running>()
  for (let after: BookCursor | null = null; ; await setImmediate()) {
    const { booked, next }: Awaited<ReturnType<typeof bookedPage>> = await bookedPage(db, { from, to, after, limit: AT_ONCE })
    const jobs = await jobFacts(db, [...new Set(booked.flatMap((one) => jobOf(one) ?? []))], checker)
    for (const one of booked) {
      const job = jobs.get(jobOf(one) ?? '') ?? null
      const key = keyOf(by, one, job)
      const group = groups.get(key) ?? nothing()
      groups.set(key, group)
      for (const sum of [total, group]) {
        addBooked(sum, one, job)
        if (one.kind === 'close' && job) addReceipts(sum, job.receipts)
      }
    }
    if (next === null) break
    after = next
  }
  return { total, ...inOrder(groups) }
}

const isNothing = ({ jobs, revenue, nodeShare, margin, verification, networkFee }: Running): boolean =>
  jobs === 0 && [revenue, nodeShare, margin, verification, networkFee].every((amount) => amount === 0n)

/** Days on which money only moved between requesters and their jobs say nothing. */
function inOrder(groups: ReadonlyMap<string | null, Running>): Omit<Profits, 'total'> {
  const told = [...groups].filter(([, sum]) => !isNothing(sum))
  const named = told.flatMap(([key, sum]) => (key === null ? [] : [[key, sum] as const]))
  return { groups: named.toSorted(([a], [b]) => (a < b ? -1 : 1)), rest: told.find(([key]) => key === null)?.[1] ?? null }
}
