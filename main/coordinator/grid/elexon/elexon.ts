import type { Signal, SignalKind } from '../../../../shared/contract/wire.ts'
import { HALF_HOUR_MS } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpClient, HttpManners } from '../../../kernel/http-client.ts'
import { nextIssue } from '../live-signal.ts'
import type { ProviderApi } from '../provider-answer.ts'
import type { GridProvider } from '../provider.ts'
import { type Question, readDemand, readFrequency, readMarketPrice, readRenewableShare, readSystemPrice } from './elexon-readings.ts'
import { type Stretch, askPages, saidByElexon } from './elexon-request.ts'

const ELEXON_URL = 'https://data.elexon.co.uk/bmrs/api/v1'
/** No limit is published. A day of frequency is half a megabyte. */
export const ELEXON_MANNERS: Partial<HttpManners> = { spacingMs: 250, timeoutMs: 8_000, budgetMs: 15_000 }

const NAME = 'The Elexon Insights API'
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

interface Elexon extends GridProvider {
  /**
   * The imbalance price of Great Britain, pence per kWh: what being short or long cost, known after the fact and never a tariff.
   * `null` where nothing is published. Errors as `read`.
   */
  readonly systemPrice: (stretch: Stretch, abort: AbortSignal) => Promise<Signal | null>
}

interface ElexonDeps {
  readonly http: HttpClient
  readonly clock: Pick<Clock, 'now'>
  readonly baseUrl?: string
}

interface Quantity {
  readonly read: (question: Question) => Promise<Signal | null>
  readonly everyMs: number
}

/** The same question without its future; `null` if nothing is left of it. */
const untilNow = (question: Question): Question | null => {
  const to = Math.min(question.to, question.now)
  return to > question.from ? { ...question, to } : null
}

const ofThePast =
  (read: Quantity['read']): Quantity['read'] =>
  async (question) => {
    const past = untilNow(question)
    return past && read(past)
  }

/** Who asks across now wants to know how the grid is doing: the day behind would be half a megabyte a minute. */
const lately =
  (read: Quantity['read']): Quantity['read'] =>
  (question) =>
    read(question.to > question.now ? { ...question, from: Math.max(question.from, question.now - HOUR_MS) } : question)

const QUANTITIES: Readonly<Partial<Record<SignalKind, Quantity>>> = {
  frequency: { read: lately(ofThePast(readFrequency)), everyMs: MINUTE_MS },
  renewableShare: { read: ofThePast(readRenewableShare), everyMs: 5 * MINUTE_MS },
  demand: { read: readDemand, everyMs: HALF_HOUR_MS },
  price: { read: ofThePast(readMarketPrice), everyMs: HALF_HOUR_MS },
}

/**
 * Client of Elexon Insights (https://developer.data.elexon.co.uk), without a key, zone `GB`. Only demand is known ahead.
 * - `frequency`, Hz: minutes; half hours where the stretch exceeds a day; the last hour where it reaches beyond now.
 * - `demand`, MW: national demand, outturn and day-ahead forecast, half hours.
 * - `renewableShare`, % of transmission demand: five minutes up to six hours, else half hours.
 * - `price`, pence per kWh: market index, the wholesale price of short-term trades, half hours.
 *
 * `issuedAt` is the newest time of publication in the answer, else the time of receipt.
 */
export function createElexon({ http, clock, baseUrl = ELEXON_URL }: ElexonDeps): Elexon {
  const api: ProviderApi = { name: NAME, baseUrl, http, saidIn: saidByElexon, errorsAsText: true }
  const question = ({ from, to }: Stretch, abort: AbortSignal): Question => ({ from, to, now: clock.now(), pages: askPages(api, abort) })
  return {
    id: 'elexon',
    name: NAME,
    serves: (zone, kind) => zone === 'GB' && kind in QUANTITIES,
    async read({ zone, kind, from, to }, abort) {
      abort.throwIfAborted()
      return zone === 'GB' ? ((await QUANTITIES[kind]?.read(question({ from, to }, abort))) ?? null) : null
    },
    // Half a minute after the full step, when it is there.
    nextIssueAt: (kind, at) => nextIssue(at, QUANTITIES[kind]?.everyMs ?? HALF_HOUR_MS, MINUTE_MS / 2),
    async systemPrice(stretch, abort) {
      abort.throwIfAborted()
      return ofThePast(readSystemPrice)(question(stretch, abort))
    },
  }
}
