import { type Signal, SignalKind } from '../../../shared/contract/wire.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { type Db, transact } from '../persistence/database.ts'
import { hashOf } from './live-signal.ts'
import { type Issue, type KnownSlot, type Series, forgetBefore, issueAt, labelById, keepIssue, measuredSlots } from './history.store.ts'

/** What the oracle remembers, durably. */
export interface GridHistory {
  readonly keep: (series: Series, issue: Issue) => Promise<void>
  /** Measured slots that overlap `[from, to)` as they were known at `knownBy`, in order of time. */
  readonly measured: (series: Series, stretch: { from: number; to: number; knownBy: number }) => Promise<readonly KnownSlot[]>
  /**
   * The same as a signal with its provenance: issued when the newest of its answers was; its body hash is of that answer, or of the
   * hashes of all of them in order where the slots come from several. `null` without a slot.
   */
  readonly signal: (series: Series, stretch: { from: number; to: number; knownBy: number }) => Promise<Signal | null>
  /** What was said: the newest answer of each stretch of `everyMs` in `[from, to)`, oldest first. */
  readonly said: (series: Series, stretch: { from: number; to: number; everyMs: number }) => Promise<readonly Issue[]>
  /** Forgets what is older than anybody asks for. */
  readonly forget: (now: number) => Promise<void>
}

const DAY_MS = 86_400_000
/**
 * Average intensity is the evidence behind receipts that may still be disputed, and its values feed the statistics of the same season last
 * year; every other quantity feeds forecasts and incidents, which look back a month.
 */
const KEEP_MS = { evidence: { issues: 400 * DAY_MS, values: 800 * DAY_MS }, others: { issues: 14 * DAY_MS, values: 60 * DAY_MS } } as const

async function signalOf(db: Db, series: Series, slots: readonly KnownSlot[]): Promise<Signal | null> {
  const ids = [...new Set(slots.map(({ issueId }) => issueId))]
  const issues = (await Promise.all(ids.map((id) => labelById(db, id)))).filter((issue) => issue !== null)
  // A number whose answer is forgotten is no evidence any more.
  if (issues.length < ids.length) return null
  const newest = issues.toSorted((a, b) => a.receivedAt - b.receivedAt).at(-1)
  if (!newest) return null
  // One signal has one basis and one unit: what a provider counted otherwise at another time stays out.
  const kept = issues.filter(({ signal }) => signal.basis === newest.signal.basis && signal.unit === newest.signal.unit)
  if (kept.length < ids.length) throw new WindfallError('grid.unavailable', `What is known about ${series.zone} changed its method within that stretch.`)
  return {
    ...newest.signal,
    estimated: issues.some(({ signal }) => signal.estimated),
    bodySha256: hashOf(issues.map(({ signal }) => ({ sha256: signal.bodySha256 }))),
    points: slots.map(({ from, to, value }) => ({ from: toIso(from), to: toIso(to), value, forecast: false })),
  }
}

/** The history in the coordinator's database. */
export function createGridHistory(db: Db): GridHistory {
  return {
    forget: (now) =>
      transact(db, async (tx) => {
        for (const kind of SignalKind.options) {
          const keep = kind === 'average' ? KEEP_MS.evidence : KEEP_MS.others
          await forgetBefore(tx, { kind, issuesBefore: now - keep.issues, valuesBefore: now - keep.values })
        }
      }),
    keep: (series, issue) => transact(db, (tx) => keepIssue(tx, series, issue)),
    measured: (series, stretch) => measuredSlots(db, series, stretch),
    async said(series, { from, to, everyMs }) {
      const found: Issue[] = []
      for (let at = from; at < to; at += everyMs) {
        const issue = await issueAt(db, series, { from: at, to: Math.min(at + everyMs, to) - 1 })
        if (issue) found.push(issue)
      }
      return found
    },
    signal: async (series, stretch) => signalOf(db, series, await measuredSlots(db, series, stretch)),
  }
}
