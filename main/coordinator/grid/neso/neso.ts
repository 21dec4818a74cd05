import { HALF_HOUR_MS } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpClient, HttpManners } from '../../../kernel/http-client.ts'
import { type LiveSlot, issuedAtOf, liveSignal, nextIssue } from '../live-signal.ts'
import type { GridProvider, SignalQuery } from '../provider.ts'
import { settlementPeriodStart } from '../../../../shared/domain/settlement-period.ts'
import { CardinalPointsResult, DemandResult, EmbeddedResult } from './neso-body.ts'
import { type Table, NESO_NAME, createPortal } from './neso-portal.ts'

const NESO_URL = 'https://api.neso.energy/api/3/action'
/** The catalogue: one request a second. */
export const NESO_MANNERS: Partial<HttpManners> = { spacingMs: 1_000, timeoutMs: 8_000, budgetMs: 20_000 }
/** The data: two requests a minute, for which a question may wait. */
export const NESO_DATASTORE_MANNERS: Partial<HttpManners> = { ...NESO_MANNERS, quotas: [{ requests: 2, perMs: 60_000 }], budgetMs: 90_000 }

const ATTRIBUTION = 'Supported by National Energy SO Open Data (NESO Open Data Licence)'
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PERIODS_PER_DAY = 50
const MAX_ROWS = 2_900

const OUTTURN: Table = { packageName: 'daily-demand-update', tableName: /demand data update/i }
const CARDINAL_POINTS: Table = { packageName: '1-day-ahead-demand-forecast', tableName: /^day ahead.*demand forecast/i }
const EMBEDDED: Table = { packageName: 'embedded-wind-and-solar-forecasts', tableName: /embedded.*forecast/i }

interface EmbeddedSlot {
  /** Epoch milliseconds, a settlement period. */
  readonly from: number
  readonly to: number
  readonly windMw: number | null
  readonly solarMw: number | null
}

interface EmbeddedForecast {
  readonly issuedAt: number
  readonly bodySha256: string
  readonly attribution: string
  readonly slots: readonly EmbeddedSlot[]
}

interface Neso extends GridProvider {
  /** Wind and solar power inside the distribution networks, which lower the demand that others measure: half hours up to 14 days ahead. Errors as `read`. */
  readonly embeddedForecast: (abort: AbortSignal) => Promise<EmbeddedForecast>
}

interface NesoDeps {
  /** For the catalogue, with `NESO_MANNERS`. */
  readonly http: HttpClient
  /** For the data, with `NESO_DATASTORE_MANNERS`. */
  readonly datastore: HttpClient
  readonly clock: Pick<Clock, 'now'>
  readonly baseUrl?: string
}

const periodSlot = (date: string, period: number, value: number | null): readonly LiveSlot[] => {
  const from = settlementPeriodStart(date, period)
  return from === null ? [] : [{ from, to: from + HALF_HOUR_MS, value, forecast: false }]
}

/** A time of day in London on a day with 48 half hours; `null` on the days when the clocks change, where it could mean two things. */
function londonTime(date: string, clockTime: number): number | null {
  const start = settlementPeriodStart(date, 1)
  if (start === null || settlementPeriodStart(date, 48) === null || settlementPeriodStart(date, 49) !== null) return null
  return start + (Math.floor(clockTime / 100) * 60 + (clockTime % 100)) * MINUTE_MS
}

function cardinalSlot(date: string, { start, end, value }: { start: number; end: number; value: number | null }): readonly LiveSlot[] {
  const [from, to] = [londonTime(date, start), londonTime(date, end)]
  return from === null || to === null || to <= from ? [] : [{ from, to, value, forecast: true }]
}

/**
 * Client of the data portal of the National Energy System Operator (https://www.neso.energy/data-portal, CKAN 2.8), without a key, zone
 * `GB`: national demand in MW. The past is the outturn per settlement period, which appears daily; of tomorrow only the cardinal points
 * are published, the turns of the day, so a forecast has gaps. `issuedAt` is when the table last changed. Frequency is published by the
 * month in files of millions of rows, which is no source for a signal.
 */
export function createNeso({ http, datastore, clock, baseUrl = NESO_URL }: NesoDeps): Neso {
  const search = createPortal({ http, datastore, baseUrl })

  const outturn = async ({ from }: SignalQuery, abort: AbortSignal) => {
    const limit = Math.min(MAX_ROWS, Math.ceil((clock.now() - from) / DAY_MS + 1) * PERIODS_PER_DAY)
    // Rows marked as forecast hold zeros where the outturn will be.
    const parameters = { filters: '{"FORECAST_ACTUAL_INDICATOR":"A"}', sort: 'SETTLEMENT_DATE desc, SETTLEMENT_PERIOD desc', limit: String(limit) }
    const { result, ...said } = await search({ table: OUTTURN, result: DemandResult, parameters, abort })
    const measured = result.records.filter(({ FORECAST_ACTUAL_INDICATOR }) => (FORECAST_ACTUAL_INDICATOR ?? 'A') === 'A')
    return { ...said, slots: measured.flatMap((row) => periodSlot(row.SETTLEMENT_DATE, row.SETTLEMENT_PERIOD, row.ND)) }
  }

  const forecast = async (abort: AbortSignal) => {
    const { result, ...said } = await search({ table: CARDINAL_POINTS, result: CardinalPointsResult, parameters: { limit: '200' }, abort })
    const slots = result.records.flatMap((row) => cardinalSlot(row.TARGETDATE, { start: row.CP_ST_TIME, end: row.CP_END_TIME, value: row.FORECASTDEMAND }))
    return { ...said, slots }
  }

  return {
    id: 'neso',
    name: NESO_NAME,
    serves: (zone, kind) => zone === 'GB' && kind === 'demand',
    async read(query, abort) {
      abort.throwIfAborted()
      if (query.zone !== 'GB' || query.kind !== 'demand') return null
      const now = clock.now()
      const parts = [...(query.to > now ? [await forecast(abort)] : []), ...(query.from < now ? [await outturn(query, abort)] : [])]
      const answers = parts.map(({ answer }) => answer)
      return liveSignal(query, {
        zone: 'GB',
        kind: 'demand',
        source: 'NESO data portal, national demand outturn and day-ahead cardinal points',
        estimated: false,
        attribution: ATTRIBUTION,
        issuedAt: issuedAtOf(
          parts.map(({ modifiedAt }) => modifiedAt),
          answers,
        ),
        slots: parts.flatMap(({ slots }) => slots),
        answers,
      })
    },
    // Tables change once a day to once an hour.
    nextIssueAt: (_, at) => nextIssue(at, HOUR_MS, 20 * MINUTE_MS),
    async embeddedForecast(abort) {
      const parameters = { sort: 'SETTLEMENT_DATE desc, SETTLEMENT_PERIOD desc', limit: String(MAX_ROWS) }
      const { result, answer, modifiedAt } = await search({ table: EMBEDDED, result: EmbeddedResult, parameters, abort })
      const slots = result.records.flatMap((row) =>
        periodSlot(row.SETTLEMENT_DATE, row.SETTLEMENT_PERIOD, null).map(({ from, to }) => ({
          from,
          to,
          windMw: row.EMBEDDED_WIND_FORECAST,
          solarMw: row.EMBEDDED_SOLAR_FORECAST,
        })),
      )
      const byStart = new Map(slots.map((slot) => [slot.from, slot]))
      return {
        issuedAt: issuedAtOf([modifiedAt], [answer]),
        bodySha256: answer.sha256,
        attribution: ATTRIBUTION,
        slots: [...byStart.values()].toSorted((a, b) => a.from - b.from),
      }
    },
  }
}
