import type { Clock } from '../../../kernel/clock.ts'
import type { GridHistory } from '../history.ts'
import type { GridProvider } from '../provider.ts'
import { type ForecastError, forecastError } from './forecast-error.ts'

const ACCURACY_MS = 30 * 86_400_000
/** One forecast of each stretch of this length is compared: those between them say almost the same. */
const COMPARE_EVERY_MS = 6 * 3_600_000

export interface SourceAccuracy extends ForecastError {
  /** The newest answer's words for itself. */
  readonly source: string
  /** Who measured what the forecasts are compared with. */
  readonly measuredBy: string
}

interface Deps {
  readonly clock: Pick<Clock, 'now'>
  readonly history: Pick<GridHistory, 'measured' | 'said'>
}

/** How far forecasts of average intensity in the zone were off in the last 30 days: those of each provider, and Windfall's own on what it measured. */
export async function accuracyOf({ clock, history }: Deps, zone: string, providers: readonly GridProvider[]): Promise<readonly SourceAccuracy[]> {
  const now = clock.now()
  const stretch = { from: now - ACCURACY_MS, to: now }
  const found: SourceAccuracy[] = []
  for (const provider of providers) {
    const measured = await history.measured({ zone, kind: 'average', provider: provider.id }, { ...stretch, knownBy: now })
    for (const forecaster of [provider.id, `windfall-on-${provider.id}`] as const) {
      const said = await history.said({ zone, kind: 'average', provider: forecaster }, { ...stretch, everyMs: COMPARE_EVERY_MS })
      const error = forecastError(said, measured)
      const newest = said.at(-1)
      if (error && newest) found.push({ source: newest.signal.source, measuredBy: provider.name, ...error })
    }
  }
  return found
}
