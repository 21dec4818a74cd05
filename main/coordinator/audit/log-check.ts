import { z } from 'zod'
import { ERASED } from '../../../shared/domain/chained-text.ts'
import { type Chained, follows, isIntact } from './chain.ts'

/** What can be said of a log, or a part of one, without anybody else. */
export interface LogCheck {
  readonly decisions: number
  /** Sequence numbers; `null` of an empty one. */
  readonly first: number | null
  readonly last: number | null
  /** Of the last one: who knows it, knows the whole log before it. */
  readonly lastHash: string | null
  /** How often decisions are left out between two that are there: what those were cannot be judged. */
  readonly gaps: number
  /** How many were erased, as a later record says. Their hashes, and so their places, are still in the chain. */
  readonly erased: number
  /**
   * The first that is not what was hashed, does not follow on the one before it, or is erased while no later record says so; of what comes after the
   * first two nothing was looked at.
   */
  readonly brokenAt: number | null
}

/** Kind of the record that says which others were erased, by sequence numbers: stretches, both ends included. */
export const RECORDS_ERASED = 'records.erased'
const Stretches = z.looseObject({ records: z.array(z.tuple([z.number().int(), z.number().int()])) })

function stretchesIn({ kind, form, body }: Chained): readonly (readonly [number, number])[] {
  if (kind !== RECORDS_ERASED || form !== 'fact') return []
  try {
    return Stretches.safeParse(JSON.parse(body)).data?.records ?? []
  } catch {
    return []
  }
}

/**
 * Checks a log record by record: each against its hash, and each that has its neighbour against that. `isWhole`: it is all of it, from the first record
 * on, so that one that is left out was removed.
 */
export function createLogCheck({ isWhole = false }: { readonly isWhole?: boolean } = {}) {
  let check: LogCheck = { decisions: 0, first: null, last: null, lastHash: null, gaps: 0, erased: 0, brokenAt: null }
  let before: Chained | null = null
  const unexplained = new Set<number>()
  return {
    /** Returns whether it fits; after one that does not, none is looked at. */
    add(record: Chained): boolean {
      const { seq, hash, body } = record
      const isErased = body === ERASED
      const next = (before?.seq ?? 0) + 1
      const isGap = !isWhole && seq > next
      if (!(isErased || isIntact(record)) || !(isGap || follows(record, before))) {
        check = { ...check, brokenAt: isWhole ? next : seq }
        return false
      }
      if (isErased) unexplained.add(seq)
      for (const [from, to] of stretchesIn(record)) for (const at of unexplained) if (at >= from && at <= to) unexplained.delete(at)
      const gaps = check.gaps + (isGap && before !== null ? 1 : 0)
      const erased = check.erased + (isErased ? 1 : 0)
      check = { decisions: check.decisions + 1, first: check.first ?? seq, last: seq, lastHash: hash, gaps, erased, brokenAt: null }
      before = record
      return true
    },
    result: (): LogCheck => ({ ...check, brokenAt: check.brokenAt ?? [...unexplained][0] ?? null }),
  }
}

/** Checks a log from its first record to its last, or to the first that does not fit. */
export async function checkLog(log: AsyncIterable<Chained> | Iterable<Chained>): Promise<LogCheck> {
  const check = createLogCheck()
  for await (const record of log) if (!check.add(record)) break
  return check.result()
}
