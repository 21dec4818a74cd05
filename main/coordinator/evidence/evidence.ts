import type { SiteView } from '../../../shared/contract/evidence.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeUtf8 } from '../../../shared/domain/encoding.ts'
import type { ReceiptPredicate } from '../../../shared/domain/carbon-receipt.ts'
import {
  BASELINE,
  DEVIATION_SIGN,
  type Dispatch,
  EVIDENCE_TYPE,
  type EvidencePeriod,
  MAX_ENTRIES,
  METER_CLASS,
  METER_SCOPE,
  PURPOSE,
  type SettlementEvidence,
} from '../../../shared/domain/settlement-evidence.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { HALF_HOUR_MS, fromIso, toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Signer } from '../../kernel/signing.ts'
import { type DispatchStore, type Moved, type Run } from './dispatch.store.ts'
import { type SiteHistory, type Stretch, dayOf, siteDay } from './site-day.ts'

/** A receipt as evidence reads it. */
export interface MeteredReceipt {
  readonly predicate: ReceiptPredicate
  readonly leafIndex: number
  readonly bodySha256: string
}

export interface EvidenceDeps {
  readonly store: DispatchStore
  readonly clock: Pick<Clock, 'now'>
  readonly version: string
  readonly signer: { readonly publicJwk: PublicJwk } & Pick<Signer, 'keyId' | 'sign'>
  /** Receipts of a machine whose work reaches into a stretch, a page at a time. */
  readonly receipts: (nodeId: string, stretch: Stretch) => AsyncIterable<readonly MeteredReceipt[]>
}

const DAY_MS = 86_400_000

interface Reads {
  readonly joulesAt: Map<number, number>
  readonly readsAt: Map<number, EvidencePeriod['receipts']>
}

function readReceipt({ joulesAt, readsAt }: Reads, { predicate, leafIndex, bodySha256 }: MeteredReceipt, day: Stretch): void {
  const { receiptId, intervals, overhead, method, uncertaintyPct, proofs } = predicate
  for (const [start, part] of Map.groupBy(intervals, ({ from }) => Math.floor(fromIso(from) / HALF_HOUR_MS) * HALF_HOUR_MS)) {
    const joules = part.reduce((sum, interval) => sum + interval.joules, 0)
    joulesAt.set(start, (joulesAt.get(start) ?? 0) + joules)
    if (start < day.from || start >= day.to) continue
    const proofSha256 = proofs.map(({ sha256 }) => sha256)
    const read = { receiptId, logIndex: leafIndex, receiptSha256: bodySha256, joules, overheadFactor: overhead.factor, method, uncertaintyPct, proofSha256 }
    readsAt.set(start, [...(readsAt.get(start) ?? []), read])
  }
}

/** What was metered in the look-back time and on the day; of the time before the day only sums are held. */
async function readsOf({ receipts }: EvidenceDeps, nodeId: string, { since, day }: { readonly since: number; readonly day: Stretch }): Promise<Reads> {
  const reads: Reads = { joulesAt: new Map(), readsAt: new Map() }
  for await (const page of receipts(nodeId, { from: since, to: day.to })) for (const receipt of page) readReceipt(reads, receipt, day)
  return reads
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : toIso(at))

const runEntry = ({ jobId, attemptId, leasedAt, startedAt, endedAt, planned, askedBack }: Run, decision: Dispatch['decision']): Dispatch => ({
  kind: 'run',
  decision,
  jobId,
  attemptId,
  incidentId: null,
  noticeAt: toIso(leasedAt),
  planned,
  startAt: toIso(startedAt),
  stopAt: isoOrNull(endedAt),
  reason: askedBack === null ? null : `asked back: ${askedBack}`,
})

const movedEntry = ({ incidentId, cause, isSimulated, at, jobId, action }: Moved, run: Run | null, decision: Dispatch['decision']): Dispatch => ({
  kind: run === null ? 'incident' : 'asked-back',
  decision,
  jobId,
  attemptId: run?.attemptId ?? null,
  incidentId,
  noticeAt: toIso(at),
  planned: run?.planned ?? null,
  startAt: toIso(at),
  stopAt: isoOrNull(run?.endedAt ?? null),
  reason: `${cause}${isSimulated ? ', simulated' : ''}: ${action}`,
})

/** By which a job got to a machine. */
const SENT = ['match', 'plan'] as const

async function dispatchOf({ store, clock }: EvidenceDeps, runs: readonly Run[], moved: readonly Moved[]): Promise<SiteHistory['dispatch']> {
  const dispatch: (Stretch & { entry: Dispatch })[] = []
  for (const run of runs) {
    const entry = runEntry(run, await store.decisionOn(run.jobId, SENT, run.leasedAt))
    dispatch.push({ from: run.startedAt, to: run.endedAt ?? clock.now() + 1, entry })
  }
  for (const one of moved) {
    const run = runs.find(
      ({ jobId, startedAt, endedAt }) => one.action === 'pause' && jobId === one.jobId && startedAt <= one.at && (endedAt ?? Infinity) >= one.at,
    )
    const entry = movedEntry(one, run ?? null, await store.decisionOn(one.jobId, SENT, one.at))
    dispatch.push({ from: one.at, to: Math.max(one.endedAt ?? clock.now(), one.at) + 1, entry })
  }
  return dispatch
}

/** A machine that was asked to make way for the grid or the plan; one that was merely slow is none. */
const GRID_REASONS: ReadonlySet<Run['askedBack']> = new Set(['carbon', 'carbon.simulated', 'plan'])

const eventsOf = (runs: readonly Run[], moved: readonly Moved[], now: number): Stretch[] => [
  ...runs.filter(({ askedBack }) => GRID_REASONS.has(askedBack)).map(({ startedAt, endedAt }) => ({ from: startedAt, to: endedAt ?? now + 1 })),
  ...moved.map(({ at, endedAt }) => ({ from: at, to: Math.max(endedAt ?? now, at) + 1 })),
]

/** The zone, and the one it lies in. */
const zonesOf = (zone: string): string[] => [...new Set([zone, zone.slice(0, 2)])]

/** Errors: `input.invalid` outside Great Britain, or for a day that has not begun. */
function requireDay({ clock }: EvidenceDeps, { zone, date }: { readonly zone: string; readonly date: string }): Stretch {
  if (!/^GB(?:-|$)/.test(zone)) throw new WindfallError('input.invalid', `That machine is in ${zone}. Settlement periods are those of Great Britain.`)
  const midnight = Date.parse(`${date}T00:00:00Z`)
  if (midnight < 0) throw new WindfallError('input.invalid', `Nobody metered anything on ${date}. Choose a later day.`)
  // In summer a day begins an hour before midnight UTC. What is further away may be beyond every calendar.
  const day = midnight - 2 * HALF_HOUR_MS > clock.now() ? { from: midnight, to: midnight } : dayOf(date)
  if (day.from > clock.now()) throw new WindfallError('input.invalid', `${date} has not begun yet. Choose a day that has.`)
  return day
}

async function historyOf(deps: EvidenceDeps, asked: { readonly nodeId: string; readonly zone: string; readonly date: string }): Promise<SiteHistory> {
  const { store, clock } = deps
  const day = requireDay(deps, asked)
  const [now, since] = [clock.now(), day.from - (BASELINE.lookBackDays + 1) * DAY_MS]
  const reads = await readsOf(deps, asked.nodeId, { since, day })
  const [runs, moved] = [await store.runs(asked.nodeId, { from: since, to: day.to }), await store.moved(zonesOf(asked.zone), { from: since, to: day.to })]
  const [onDay, movedOnDay] = [
    runs.filter(({ endedAt }) => (endedAt ?? now) > day.from),
    moved.filter(({ at, endedAt }) => (endedAt ?? Math.max(now, at)) >= day.from),
  ]
  return {
    date: asked.date,
    now,
    firstMeteredAt: await store.firstMetered(asked.nodeId),
    ...reads,
    unproven: runs.filter(({ isProven }) => !isProven).map(({ startedAt, endedAt }) => ({ from: startedAt, to: endedAt ?? now + 1 })),
    events: eventsOf(runs, moved, now),
    dispatch: await dispatchOf(deps, onDay, movedOnDay),
  }
}

const MAX_BODY_BYTES = 1_000_000

/** The evidence of one day of one machine, signed. Errors: `input.invalid`, `input.too-large`. */
export async function evidenceOf(deps: EvidenceDeps, asked: { readonly site: SiteView; readonly zone: string; readonly date: string }): Promise<Envelope> {
  const { nodeId, ...site } = asked.site
  const { clock, signer, version } = deps
  const found = siteDay(await historyOf(deps, { nodeId, zone: asked.zone, date: asked.date }))
  const { days, atLeast, lookBackDays, id, version: method } = BASELINE
  const evidence: SettlementEvidence = {
    type: 'windfall.settlement-evidence/v1',
    purpose: PURPOSE,
    nodeId,
    zone: asked.zone,
    settlementDate: asked.date,
    timeZone: 'Europe/London',
    issuedAt: toIso(clock.now()),
    software: { name: 'windfall', version },
    site,
    meter: { class: METER_CLASS, scope: METER_SCOPE },
    baseline: { id, version: method, days, atLeast, lookBackDays },
    deviationSign: DEVIATION_SIGN,
    eventDay: found.eventDay,
    comparableDays: [...found.comparableDays],
    periods: [...found.periods],
    signedBy: signer.publicJwk,
  }
  const body = encodeUtf8(JSON.stringify(evidence))
  if (body.length > MAX_BODY_BYTES || found.periods.some(({ receipts, dispatch }) => Math.max(receipts.length, dispatch.length) > MAX_ENTRIES))
    throw new WindfallError(
      'input.too-large',
      `What that machine did on ${asked.date} is more than fits into one statement. Use “receipt export” for that day.`,
    )
  return signEnvelope(EVIDENCE_TYPE, body, signer)
}
