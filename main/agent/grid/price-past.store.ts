import type { Slot } from '../../../shared/domain/signal.ts'
import type { Sqlite } from '../../kernel/sqlite.ts'

/** Retail prices of one zone in one currency. */
interface PriceSeries {
  readonly zone: string
  readonly currency: string
}

export interface PricePastStore {
  /** What is said later replaces what was said before. Forgets what ended before `forgetBefore`, epoch milliseconds. */
  readonly add: (series: PriceSeries, slots: readonly Slot[], forgetBefore: number) => void
  /** Slots that end after `since`, in order. */
  readonly list: (series: PriceSeries, since: number) => readonly Slot[]
}

interface Row {
  readonly from_ms: number
  readonly to_ms: number
  readonly minor: number
}

/** All SQL on table `price_past`. */
export function createPricePastStore(db: Sqlite): PricePastStore {
  const upsert = db.prepare<[string, string, number, number, number]>(
    `INSERT INTO price_past (zone, currency, from_ms, to_ms, minor) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET to_ms = excluded.to_ms, minor = excluded.minor`,
  )
  const select = db.prepare<[string, string, number], Row>(
    'SELECT from_ms, to_ms, minor FROM price_past WHERE zone = ? AND currency = ? AND to_ms > ? ORDER BY from_ms',
  )
  const forget = db.prepare<[number]>('DELETE FROM price_past WHERE to_ms <= ?')
  return {
    add: db.transaction(({ zone, currency }: PriceSeries, slots: readonly Slot[], forgetBefore: number) => {
      for (const { from, to, value } of slots) upsert.run(zone, currency, from, to, value)
      forget.run(forgetBefore)
    }),
    list({ zone, currency }, since) {
      const slots: Slot[] = []
      for (const { from_ms: from, to_ms: to, minor } of select.all(zone, currency, since))
        if (from >= (slots.at(-1)?.to ?? -Infinity)) slots.push({ from, to, value: minor, forecast: false })
      return slots
    },
  }
}
