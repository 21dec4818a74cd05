import type { Signal, SignalKind } from '../../../shared/contract/wire.ts'
import type { Slot } from '../../../shared/domain/signal.ts'
import { slotsOf } from '../../../shared/domain/signal.ts'
import { fromIso } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { GridTables } from '../persistence/tables/grid.ts'
import { packSignal, unpackLabel, unpackSignal } from './packed-signal.ts'
import type { ProviderId } from './provider.ts'

/** One quantity in one zone, as one provider tells it. */
export interface Series {
  readonly zone: string
  readonly kind: SignalKind
  /** Who says it: a provider, or Windfall's own forecast on what that provider measured. */
  readonly provider: ProviderId | `windfall-on-${ProviderId}`
}

/** Epoch milliseconds, half-open. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/** A signal and when it arrived. */
export interface Issue {
  readonly signal: Signal
  readonly receivedAt: number
}

/** An answer without its values. */
interface Label {
  readonly signal: Omit<Signal, 'points'>
  readonly receivedAt: number
}

/** A measured slot with the moment from which it was known. */
export interface KnownSlot extends Slot {
  readonly knownAt: number
  readonly issueId: string
}

const ROWS_AT_ONCE = 200

const issueId = (series: Series, signal: Signal): string =>
  sha256Hex(JSON.stringify([series.zone, series.kind, series.provider, signal.source, signal.basis, signal.issuedAt, signal.bodySha256])).slice(0, 32)

const ofSeries = ({ zone, kind, provider }: Series) => ({ zone, kind, provider })

/** No slot is longer. */
const LONGEST_SLOT_MS = 86_400_000

type Row = Pick<GridTables['grid_value'], 'from_at' | 'to_at' | 'value' | 'known_at' | 'issue_id'>

/** Whether something said later overlaps the row; rows are in order of their start. */
function isReplaced(rows: readonly Row[], index: number, { from_at: from, to_at: to, known_at: known }: Row): boolean {
  const replaces = (other: Row) => other.known_at > known && other.to_at > from
  for (let next = index + 1, other = rows[next]; other && other.from_at < to; other = rows[++next]) if (replaces(other)) return true
  for (let next = index - 1, other = rows[next]; other && other.from_at > from - LONGEST_SLOT_MS; other = rows[--next]) if (replaces(other)) return true
  return false
}

/** The last word on every moment. Where slots changed their length, one that was replaced in part is unknown in the rest. */
function lastWord(rows: readonly Row[]): readonly Row[] {
  const isPlain = rows.every(({ from_at: from, to_at: to }, index) => {
    const next = rows[index + 1]
    return !next || (next.from_at === from ? next.to_at === to : next.from_at >= to)
  })
  return isPlain ? [...new Map(rows.map((row) => [row.from_at, row])).values()] : rows.filter((row, index) => !isReplaced(rows, index, row))
}

/** The newest known value of every measured slot that overlaps the stretch, as known at `knownBy`, in order of time. */
export async function measuredSlots(db: Db | Tx, series: Series, { from, to, knownBy }: Stretch & { knownBy: number }): Promise<readonly KnownSlot[]> {
  const rows = await db
    .selectFrom('grid_value')
    .select(['from_at', 'to_at', 'value', 'known_at', 'issue_id'])
    .where('zone', '=', series.zone)
    .where('kind', '=', series.kind)
    .where('provider', '=', series.provider)
    // The key begins with the start of the slot.
    .where('from_at', '>', from - LONGEST_SLOT_MS)
    .where('from_at', '<', to)
    .where('to_at', '>', from)
    .where('known_at', '<=', knownBy)
    .orderBy('from_at')
    .orderBy('known_at')
    .execute()
  return lastWord(rows).map((row) => ({
    from: row.from_at,
    to: row.to_at,
    value: row.value,
    forecast: false,
    knownAt: row.known_at,
    issueId: row.issue_id,
  }))
}

async function keepMeasured(tx: Tx, series: Series, { signal, receivedAt }: Issue): Promise<void> {
  const slots = slotsOf(signal).filter(({ forecast }) => !forecast)
  const [first, last] = [slots[0], slots.at(-1)]
  if (!first || !last) return
  const known = await measuredSlots(tx, series, { from: first.from, to: last.to, knownBy: Number.MAX_SAFE_INTEGER })
  const byStart = new Map(known.map((slot) => [slot.from, slot]))
  const changed = slots.filter(({ from, to, value }) => byStart.get(from)?.value !== value || byStart.get(from)?.to !== to)
  const id = issueId(series, signal)
  const rows = changed.map(({ from, to, value }) => ({
    ...ofSeries(series),
    from_at: from,
    known_at: receivedAt,
    to_at: to,
    value,
    issue_id: id,
  }))
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE)
    await tx
      .insertInto('grid_value')
      .values(rows.slice(at, at + ROWS_AT_ONCE))
      .onConflict((conflict) => conflict.columns(['zone', 'kind', 'provider', 'from_at', 'known_at']).doNothing())
      .execute()
}

/** Keeps what a provider said: the whole answer once, and every measured value that is new or was corrected. */
export async function keepIssue(tx: Tx, series: Series, issue: Issue): Promise<void> {
  const { signal, receivedAt } = issue
  await tx
    .insertInto('grid_issue')
    .values({
      id: issueId(series, signal),
      ...ofSeries(series),
      issued_at: fromIso(signal.issuedAt),
      received_at: receivedAt,
      body_sha256: signal.bodySha256,
      signal: packSignal(signal),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  await keepMeasured(tx, series, issue)
}

/** The newest answer received in `[from, to]`, or `null`: what was known at `to`, and nothing later. */
export async function issueAt(db: Db | Tx, series: Series, { from, to }: Stretch): Promise<Issue | null> {
  const row = await db
    .selectFrom('grid_issue')
    .select(['signal', 'received_at'])
    .where('zone', '=', series.zone)
    .where('kind', '=', series.kind)
    .where('provider', '=', series.provider)
    .where('received_at', '>=', from)
    .where('received_at', '<=', to)
    .orderBy('received_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? { signal: unpackSignal(row.signal), receivedAt: row.received_at } : null
}

/** What the answer that a measured slot was read from said about itself, or `null` once it is too old to be kept. */
export async function labelById(db: Db | Tx, id: string): Promise<Label | null> {
  const row = await db.selectFrom('grid_issue').select(['signal', 'received_at']).where('id', '=', id).executeTakeFirst()
  return row ? { signal: unpackLabel(row.signal), receivedAt: row.received_at } : null
}

/** Forgets answers about one quantity received before `issuesBefore`, and measured slots of it that began before `valuesBefore`. */
export async function forgetBefore(
  tx: Tx,
  { kind, issuesBefore, valuesBefore }: { kind: SignalKind; issuesBefore: number; valuesBefore: number },
): Promise<void> {
  await tx.deleteFrom('grid_issue').where('kind', '=', kind).where('received_at', '<', issuesBefore).execute()
  await tx.deleteFrom('grid_value').where('kind', '=', kind).where('from_at', '<', valuesBefore).execute()
}
