import type { Signal, SignalKind } from '../../../../shared/contract/wire.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { toIso } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpAnswer, HttpClient, HttpManners } from '../../../kernel/http-client.ts'
import { type LiveSlot, checkLength, liveSignal, nextIssue } from '../live-signal.ts'
import { type ProviderApi, ask, readJson } from '../provider-answer.ts'
import type { GridProvider, SignalQuery } from '../provider.ts'
import { DataBody, type EiaRow, eiaError } from './eia-body.ts'
import { hourSlot, intensityOf, mixByHour, renewableShareOf } from './eia-mix.ts'

const EIA_URL = 'https://api.eia.gov/v2/electricity/rto'
/** About 9,000 requests an hour and bursts of five a second are allowed. */
export const EIA_MANNERS: Partial<HttpManners> = { spacingMs: 250, quotas: [{ requests: 9_000, perMs: 3_600_000 }], timeoutMs: 15_000, budgetMs: 30_000 }

const NAME = 'The EIA'
const HOUR_MS = 3_600_000
const PAGE_ROWS = 5_000
const MAX_PAGES = 10

interface EiaDeps {
  readonly http: HttpClient
  readonly clock: Pick<Clock, 'now'>
  readonly key: string
  readonly baseUrl?: string
}

interface Rows {
  readonly rows: readonly EiaRow[]
  readonly answers: readonly HttpAnswer[]
}

/** What is asked about whom. */
interface Question {
  readonly route: 'fuel-type-data' | 'region-data'
  readonly respondent: string
  /** Kinds of rows of `region-data`: demand and its forecast. */
  readonly types?: readonly ('D' | 'DF')[]
  readonly from: number
  readonly to: number
}

/** The balancing authority at the end of a zone such as `US-CAL-CISO`; `null` for other countries. */
const respondentOf = (zone: string): string | null => /^US-[A-Z]{2,5}-([A-Z]{2,4})$/.exec(zone)?.[1] ?? null

/** An hour is called by its end. */
const hourEnding = (at: number): string => toIso(Math.ceil(at / HOUR_MS) * HOUR_MS).slice(0, 13)

function pathOf({ route, respondent, types = [], from, to }: Question, { key, offset }: { key: string; offset: number }): string {
  const parameters = new URLSearchParams([
    ['api_key', key],
    ['frequency', 'hourly'],
    ['data[0]', 'value'],
    ['facets[respondent][]', respondent],
    ...types.map((type): [string, string] => ['facets[type][]', type]),
    ['start', hourEnding(Math.floor(from / HOUR_MS) * HOUR_MS + 1)],
    ['end', hourEnding(to)],
    ['sort[0][column]', 'period'],
    ['sort[0][direction]', 'asc'],
    ['offset', String(offset)],
    ['length', String(PAGE_ROWS)],
  ])
  return `/${route}/data?${parameters.toString()}`
}

/** All rows of a question, page by page: an answer holds 5,000, and `total` says how many there are. Errors as `GridProvider.read`. */
function createRows({ http, key, baseUrl }: EiaDeps & { baseUrl: string }) {
  const saidIn = (body: unknown) => eiaError(body)?.message.replaceAll(key, '…') ?? null
  const api: ProviderApi = { name: NAME, baseUrl, http, saidIn, keySetting: 'WINDFALL_EIA_KEY' }
  const page = async (question: Question, offset: number, abort: AbortSignal) => {
    const answer = await ask(api, pathOf(question, { key, offset }), abort)
    if (answer.status === 403 && /OVER_RATE_LIMIT|rate limit/i.test(new TextDecoder().decode(answer.body)))
      throw new WindfallError('grid.unavailable', `${NAME} has answered as many questions as the key allows for now. Windfall asks again later.`)
    const { response } = readJson(api, DataBody, answer)
    if (response.data.some(({ respondent }) => respondent !== question.respondent))
      throw new WindfallError('grid.unavailable', `${NAME} answered for another grid than the one asked for.`)
    return { answer, ...response }
  }
  return async (question: Question, abort: AbortSignal): Promise<Rows> => {
    const rows: EiaRow[] = []
    const answers: HttpAnswer[] = []
    for (let pages = 1; pages <= MAX_PAGES; pages += 1) {
      const { answer, data, total } = await page(question, rows.length, abort)
      answers.push(answer)
      rows.push(...data)
      if (rows.length >= total) return { rows, answers }
      if (data.length === 0) break
    }
    throw new WindfallError('grid.unavailable', `${NAME} cut its answer short. Windfall asks again later.`)
  }
}

type AskRows = (question: Omit<Question, 'respondent'>) => Promise<Rows>
interface Reading extends Pick<Rows, 'answers'> {
  readonly slots: readonly LiveSlot[]
}

async function readIntensity({ from, to }: SignalQuery, askRows: AskRows): Promise<Reading> {
  const { rows, answers } = await askRows({ route: 'fuel-type-data', from, to })
  return { answers, slots: [...mixByHour(rows)].map(([hour, mix]) => hourSlot(hour, mix && intensityOf(mix))) }
}

async function readShare({ from, to }: SignalQuery, askRows: AskRows): Promise<Reading> {
  const fuels = await askRows({ route: 'fuel-type-data', from, to })
  const region = await askRows({ route: 'region-data', types: ['D'], from, to })
  const demand = new Map(region.rows.flatMap(({ period, value }) => (value === null ? [] : [[period - HOUR_MS, value] as const])))
  const slots = [...mixByHour(fuels.rows)].map(([hour, mix]) => hourSlot(hour, mix && renewableShareOf(mix, demand.get(hour))))
  return { answers: [...fuels.answers, ...region.answers], slots }
}

async function readDemand({ from, to }: SignalQuery, askRows: AskRows): Promise<Reading> {
  const { rows, answers } = await askRows({ route: 'region-data', types: ['D', 'DF'], from, to })
  const known = rows.filter(({ value }) => value !== null)
  // What was measured comes last, because it counts before what was expected.
  const slots = ['DF', 'D'].flatMap((wanted) =>
    known.filter(({ type }) => type === wanted).map(({ period, value }) => hourSlot(period - HOUR_MS, value, wanted === 'DF')),
  )
  return { answers, slots }
}

interface Quantity {
  readonly read: (query: SignalQuery, askRows: AskRows) => Promise<Reading>
  readonly said: Pick<Signal, 'basis' | 'source' | 'estimated'>
}

const QUANTITIES: Readonly<Partial<Record<SignalKind, Quantity>>> = {
  average: { read: readIntensity, said: { basis: 'direct', source: 'EIA-930 generation by fuel × EIA CO2 factors of 2023, without imports', estimated: true } },
  renewableShare: { read: readShare, said: { basis: null, source: 'EIA-930 generation of sun, wind, water and geothermal by demand', estimated: true } },
  demand: { read: readDemand, said: { basis: null, source: 'EIA-930 demand and day-ahead demand forecast', estimated: false } },
}

/**
 * Client of the U.S. Energy Information Administration (https://www.eia.gov/opendata, API v2, Form EIA-930), zones `US-…-CISO` and alike
 * whose last part is a balancing authority, in UTC hours: average intensity (gCO2/kWh), worked out from generation by fuel and published
 * factors and therefore `estimated`, renewable share of demand (%), demand (MW, with its day-ahead forecast). Only demand is known ahead.
 * `issuedAt` is the time of receipt.
 */
export function createEia({ baseUrl = EIA_URL, ...deps }: EiaDeps): GridProvider {
  const askRows = createRows({ baseUrl, ...deps })
  return {
    id: 'eia',
    name: NAME,
    serves: (zone, kind) => respondentOf(zone) !== null && kind in QUANTITIES,
    async read(query, abort) {
      abort.throwIfAborted()
      const respondent = respondentOf(query.zone)
      const quantity = QUANTITIES[query.kind]
      if (respondent === null || !quantity) return null
      const until = query.kind === 'demand' ? query.to : Math.min(query.to, deps.clock.now())
      if (until <= query.from) return null
      checkLength({ from: query.from, to: until })
      const { slots, answers } = await quantity.read({ ...query, to: until }, (question) => askRows({ ...question, respondent }, abort))
      const attribution = 'U.S. Energy Information Administration, Hourly Electric Grid Monitor'
      return liveSignal(query, { zone: query.zone, kind: query.kind, ...quantity.said, attribution, slots, answers })
    },
    nextIssueAt: (_, at) => nextIssue(at, HOUR_MS / 2, 300_000),
  }
}
