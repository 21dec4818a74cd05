import { Yield, type YieldTimes } from '../../shared/contract/yield.ts'
import { fromIso, toIso } from '../../shared/units.ts'
import type { Sqlite } from '../kernel/sqlite.ts'

interface Row {
  readonly at: number
  readonly code: string
  readonly kind: string
  readonly decided_ms: number
  readonly compute_stopped_ms: number | null
  readonly gone_ms: number | null
  readonly memory: string | null
  readonly memory_ms: number | null
}

export interface YieldsStore {
  readonly add: (record: Yield) => void
  readonly last: () => Yield | null
  readonly times: () => YieldTimes
}

/** Older ones say little about the machine as it is now. */
const KEPT = 500
const COUNTED = 200

const decode = ({ at, code, kind, decided_ms, compute_stopped_ms, gone_ms, memory, memory_ms }: Row): Yield =>
  Yield.parse({
    at: toIso(at),
    code,
    kind,
    decidedMs: decided_ms,
    computeStoppedMs: compute_stopped_ms,
    goneMs: gone_ms,
    memory,
    memoryMs: memory_ms,
  })

/** All SQL on table `yield_time`. */
export function createYieldsStore(db: Sqlite): YieldsStore {
  const insert = db.prepare<[number, string, string, number, number | null, number | null, string | null, number | null]>(
    `INSERT INTO yield_time (at, code, kind, decided_ms, compute_stopped_ms, gone_ms, memory, memory_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const prune = db.prepare(`DELETE FROM yield_time WHERE n <= (SELECT max(n) FROM yield_time) - ${KEPT}`)
  const newest = db.prepare<[], Row>('SELECT * FROM yield_time ORDER BY n DESC LIMIT 1')
  const totals = db.prepare<[], { ms: number }>(
    `SELECT max(gone_ms, coalesce(memory_ms, 0)) AS ms FROM yield_time WHERE gone_ms IS NOT NULL ORDER BY n DESC LIMIT ${COUNTED}`,
  )
  return {
    add({ at, code, kind, decidedMs, computeStoppedMs, goneMs, memory, memoryMs }) {
      insert.run(fromIso(at), code, kind, decidedMs, computeStoppedMs, goneMs, memory, memoryMs)
      prune.run()
    },
    last() {
      const row = newest.get()
      return row ? decode(row) : null
    },
    times() {
      const sorted = totals
        .all()
        .map(({ ms }) => ms)
        .toSorted((a, b) => a - b)
      return { count: sorted.length, p50Ms: percentile(sorted, 0.5), p95Ms: percentile(sorted, 0.95) }
    },
  }
}

/** Nearest rank: a value that was really measured. */
const percentile = (sorted: readonly number[], share: number): number | null => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
