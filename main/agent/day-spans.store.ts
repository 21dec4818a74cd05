import { DayCode } from '../../shared/contract/day-report.ts'
import type { Sqlite } from '../kernel/sqlite.ts'
import type { DaySpan } from './day-report.ts'

export interface DaySpansStore {
  /** Remembers a stretch that has just begun. Returns what {@link DaySpansStore.extend} needs. */
  readonly begin: (span: DaySpan) => number
  readonly extend: (seq: number, to: number) => void
  /** What touches a stretch of time, in the order in which it was recorded. */
  readonly between: (from: number, to: number) => DaySpan[]
  readonly forgetBefore: (at: number) => void
}

interface Row {
  readonly from_ms: number
  readonly to_ms: number
  readonly code: string
}

/** All SQL on table `day_span`: what every stretch of time went to. */
export function createDaySpansStore(db: Sqlite): DaySpansStore {
  const insert = db.prepare<[number, number, string]>('INSERT INTO day_span (from_ms, to_ms, code) VALUES (?, ?, ?)')
  const update = db.prepare<[number, number]>('UPDATE day_span SET to_ms = ? WHERE seq = ?')
  const select = db.prepare<[number, number], Row>('SELECT from_ms, to_ms, code FROM day_span WHERE to_ms > ? AND from_ms < ? ORDER BY seq')
  const remove = db.prepare<[number]>('DELETE FROM day_span WHERE to_ms < ?')
  return {
    begin: ({ from, to, code }) => Number(insert.run(from, to, code).lastInsertRowid),
    extend: (seq, to) => void update.run(to, seq),
    between: (from, to) => select.all(from, to).map((row) => ({ from: row.from_ms, to: row.to_ms, code: DayCode.parse(row.code) })),
    forgetBefore: (at) => void remove.run(at),
  }
}
