import type { Signal } from '../../../../shared/contract/wire.ts'
import type { Slot } from '../../../../shared/domain/signal.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { GridHistory } from '../history.ts'
import type { Issue } from '../history.store.ts'
import type { Expected, Forecaster } from '../oracle.ts'
import { type ForecastRun, runOf } from './forecast-run.ts'
import { NO_RECORD, type TrackRecord, trackRecord } from './track-record.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** How many days of forecasts show what is usually wrong with them. */
const RECORD_MS = 28 * DAY_MS
/** While a forecast holds, those of the days before are measured further. */
const JUDGE_EVERY_MS = 3 * HOUR_MS
/** Answers that arrive within this count as of the same time of day. */
const SAME_TIME_MS = 0.25 * HOUR_MS

export interface JudgingDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly history: Pick<GridHistory, 'said' | 'measured'>
}

/** What there is to judge a forecast by. */
export interface Judged {
  /** A provider's forecast since it was made; `null` for one that Windfall made, anew in each half hour, and for what ships with it. */
  readonly run: ForecastRun | null
  readonly record: TrackRecord
  /** What the same provider has measured in the last weeks. */
  readonly measured: readonly Slot[]
  /** When those two were looked up. */
  readonly at: number
}

const averageOf = (zone: string, provider: Forecaster['by']) => ({ zone, kind: 'average', provider }) as const

/** What the provider has said of the same time since it made its present forecast. */
async function runNow(
  { history, clock }: JudgingDeps,
  { signal, by }: { signal: Signal; by: Forecaster['by'] },
  before: ForecastRun | null,
): Promise<ForecastRun> {
  const now = clock.now()
  // After a start, what was heard before it is still known.
  const heard: readonly Issue[] = before ? [] : await history.said(averageOf(signal.zone, by), { from: now - DAY_MS, to: now, everyMs: HOUR_MS })
  return runOf(
    { signal, receivedAt: now },
    heard.reduce<ForecastRun | null>((run, issue) => runOf(issue, run), before),
  )
}

/** One forecast of each day before, heard at the time of day of `since`, against what was measured. */
async function lookUp({ history, clock }: JudgingDeps, zone: string, { by, measuredBy }: Forecaster, since: number): Promise<Omit<Judged, 'run'>> {
  const now = clock.now()
  const to = since + SAME_TIME_MS
  const issues = await history.said(averageOf(zone, by), { from: to - RECORD_MS, to, everyMs: DAY_MS })
  const measured = await history.measured(averageOf(zone, measuredBy), { from: since - RECORD_MS - DAY_MS, to: now, knownBy: now })
  return { record: trackRecord(issues, measured, since), measured, at: now }
}

/** Everything that the forecast can be judged by now; what was looked up for the one before is used again for as long as it is the same. */
export async function judge(deps: JudgingDeps, { signal, forecaster }: Expected, last: Judged | null): Promise<Judged> {
  const now = deps.clock.now()
  if (!forecaster) return { run: null, record: NO_RECORD, measured: [], at: now }
  const isForeign = forecaster.by === forecaster.measuredBy
  const run = isForeign ? await runNow(deps, { signal, by: forecaster.by }, last?.run ?? null) : null
  const holds = run !== null && last?.run?.since === run.since && now - last.at < JUDGE_EVERY_MS
  return { ...(holds ? last : await lookUp(deps, signal.zone, forecaster, run?.since ?? now)), run }
}
