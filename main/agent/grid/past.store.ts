import type { Origin } from '../../../shared/contract/wire.ts'
import type { Slot } from '../../../shared/domain/signal.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'

/** Figures that compare: of one zone, counted the same way, and of one origin. */
export interface Series {
  readonly zone: string
  readonly basis: 'direct' | 'lifecycle'
  readonly origin: Origin
}

export interface GridPastStore {
  /** A forecast never replaces what was measured. */
  readonly add: (series: Series, slots: readonly Slot[]) => void
  /** Slots that end after `since`, in order; where two overlap, the one that starts first. */
  readonly list: (series: Series, since: number) => readonly Slot[]
  /** Forgets what ended before, and what is of other zones. */
  readonly prune: (zone: string, before: number) => void
}

interface Row {
  readonly from_ms: number
  readonly to_ms: number
  readonly value: number
  readonly forecast: number
}

/** 30 days of all series at 5 minutes fit; whoever sends shorter slots is remembered for less long. */
const MOST_ROWS = 40_000

/** All SQL on table `grid_past`. */
export function createGridPastStore(db: Sqlite): GridPastStore {
  const upsert = db.prepare<[string, string, string, number, number, number, number]>(
    `INSERT INTO grid_past (zone, basis, origin, from_ms, to_ms, value, forecast) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET to_ms = excluded.to_ms, value = excluded.value, forecast = excluded.forecast WHERE excluded.forecast <= grid_past.forecast`,
  )
  const select = db.prepare<[string, string, string, number], Row>(
    'SELECT from_ms, to_ms, value, forecast FROM grid_past WHERE zone = ? AND basis = ? AND origin = ? AND to_ms > ? ORDER BY from_ms',
  )
  const forget = db.prepare<[string, number]>('DELETE FROM grid_past WHERE zone <> ? OR to_ms <= ?')
  const trim = db.prepare(`DELETE FROM grid_past WHERE from_ms < (SELECT from_ms FROM grid_past ORDER BY from_ms DESC LIMIT 1 OFFSET ${MOST_ROWS - 1})`)
  return {
    add: db.transaction(({ zone, basis, origin }: Series, slots: readonly Slot[]) => {
      for (const { from, to, value, forecast } of slots) upsert.run(zone, basis, origin, from, to, value, Number(forecast))
    }),
    list({ zone, basis, origin }, since) {
      const slots: Slot[] = []
      for (const { from_ms: from, to_ms: to, value, forecast } of select.all(zone, basis, origin, since))
        if (from >= (slots.at(-1)?.to ?? -Infinity)) slots.push({ from, to, value, forecast: forecast === 1 })
      return slots
    },
    prune(zone, before) {
      forget.run(zone, before)
      trim.run()
    },
  }
}
