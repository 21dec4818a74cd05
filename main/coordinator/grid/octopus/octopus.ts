import type { Signal } from '../../../../shared/contract/wire.ts'
import { outwardPostcode } from '../../../../shared/domain/postcode.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { toIso } from '../../../../shared/units.ts'
import type { z } from 'zod'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpAnswer, HttpClient, HttpManners } from '../../../kernel/http-client.ts'
import { type LiveSlot, liveSignal } from '../live-signal.ts'
import { type Publication, nextLook } from '../local-time.ts'
import { type ProviderApi, ask, readJson } from '../provider-answer.ts'
import type { GridProvider, SignalQuery } from '../provider.ts'
import { GridSupplyPointsBody, type Product, ProductsBody, type Rate, RatesBody, saidIn } from './octopus-body.ts'
import { octopusLetter, zoneOfGroup } from './octopus-zones.ts'

const OCTOPUS_URL = 'https://api.octopus.energy'
/** No limit is published; a question a second is a guest's pace. */
export const OCTOPUS_MANNERS: Partial<HttpManners> = { spacingMs: 1_000, quotas: [{ requests: 30, perMs: 60_000 }], budgetMs: 20_000 }

const PAGE_SIZE = 1_500
const MOST_PAGES = 5
const DAY_MS = 86_400_000
/** Tomorrow's prices come out between 16:00 and 20:00 in London, and now and then later that evening. */
const PUBLICATION: Publication = { timeZone: 'Europe/London', from: 16 * 60, by: 20 * 60 }

export interface Octopus extends GridProvider {
  /** The product that new customers are sold at `at` (epoch ms), such as `AGILE-24-10-01`; `null` if there is none. */
  readonly productAt: (at: number, abort: AbortSignal) => Promise<string | null>
  /** The zone `GB-01` to `GB-14` of a postcode, of which only the first half is sent; `null` where it is unknown or lies in several. */
  readonly regionOfPostcode: (postcode: string, abort: AbortSignal) => Promise<string | null>
}

interface Deps {
  readonly http: HttpClient
  readonly clock: Pick<Clock, 'now'>
  readonly baseUrl?: string
}

interface Pages<T> {
  readonly results: readonly T[]
  readonly answers: readonly HttpAnswer[]
}

/** Every page of a list. Error: `grid.unavailable` for one without an end. */
async function readAll<T>(
  api: ProviderApi,
  list: { readonly path: string; readonly body: z.ZodType<{ next?: string | null | undefined; results: T[] }> },
  abort: AbortSignal,
): Promise<Pages<T>> {
  const results: T[] = []
  const answers: HttpAnswer[] = []
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await ask(api, page === 1 ? list.path : `${list.path}&page=${page}`, abort)
    const body = readJson(api, list.body, answer)
    results.push(...body.results)
    answers.push(answer)
    if (!body.next) return { results, answers }
  }
  throw new WindfallError('grid.unavailable', `${api.name} sent a list of more than ${MOST_PAGES} pages. Windfall may need an update.`)
}

const wasSold = ({ code, brand, direction, available_from: from, available_to: to }: Product, at: number): boolean =>
  code !== null &&
  (brand ?? 'OCTOPUS_ENERGY') === 'OCTOPUS_ENERGY' &&
  /^AGILE-(?!OUTGOING)/.test(code) &&
  (direction ?? 'IMPORT') === 'IMPORT' &&
  (from ?? -Infinity) <= at &&
  at < (to ?? Infinity)

/** Of several that are sold at a time the newest counts. */
const newestSold = (products: readonly Product[], at: number): string | null =>
  products.filter((product) => wasSold(product, at)).toSorted((a, b) => (b.available_from ?? -Infinity) - (a.available_from ?? -Infinity))[0]?.code ?? null

/** A rate without an end is no half-hour price; one for another way of paying than direct debit is not what is compared. */
function slotsOf(rates: readonly Rate[]): readonly LiveSlot[] {
  return rates.flatMap(({ valid_from: from, valid_to: to, value_inc_vat: value, payment_method: paidBy }) =>
    to && (!paidBy || paidBy === 'DIRECT_DEBIT') ? [{ from, to, value, forecast: false }] : [],
  )
}

function signalOf(query: SignalQuery, product: string, { results, answers }: Pages<Rate>): Signal | null {
  return liveSignal(query, {
    zone: query.zone,
    kind: 'price',
    price: { currency: 'GBP', market: 'retail' },
    source: `Octopus Energy, ${product}, region ${octopusLetter(query.zone)}, with VAT`,
    estimated: false,
    attribution: 'Octopus Energy, public tariff data',
    slots: slotsOf(results),
    answers,
  })
}

/** Which product was sold is asked once per day asked about; `null` is not remembered. */
function productFinder(api: ProviderApi): Octopus['productAt'] {
  const found = new Map<number, string>()
  return async (at, abort) => {
    const day = Math.floor(at / DAY_MS)
    const known = found.get(day)
    if (known !== undefined) return known
    const { results } = await readAll(api, { path: `/v1/products/?is_variable=true&available_at=${toIso(at)}`, body: ProductsBody }, abort)
    const product = newestSold(results, at)
    if (found.size >= 64) found.clear()
    if (product !== null) found.set(day, product)
    return product
  }
}

/**
 * Client of Octopus Energy's public price lists (https://developer.octopus.energy): what a household on the Agile tariff pays in the
 * fourteen regions, pence per kWh with 5 % VAT, half hours in UTC, negative when the grid has too much and capped at 100 by the tariff.
 * A published price is final, so no point is a forecast; what is not published yet is absent. `issuedAt` is the time of receipt.
 */
export function createOctopus({ http, clock, baseUrl = OCTOPUS_URL }: Deps): Octopus {
  const api: ProviderApi = { name: 'The Octopus Energy API', baseUrl, http, saidIn }
  const productAt = productFinder(api)
  return {
    id: 'octopus',
    name: api.name,
    serves: (zone, kind) => kind === 'price' && octopusLetter(zone) !== null,
    productAt,
    async read(query, abort) {
      const letter = octopusLetter(query.zone)
      if (query.kind !== 'price' || letter === null) return null
      // A product goes on publishing for those who have it, so the one sold when the stretch begins covers all of it.
      const product = await productAt(Math.min(query.from, clock.now()), abort)
      if (product === null) return null
      const span = `period_from=${toIso(query.from)}&period_to=${toIso(query.to)}&page_size=${PAGE_SIZE}`
      const path = `/v1/products/${product}/electricity-tariffs/E-1R-${product}-${letter}/standard-unit-rates/?${span}`
      return signalOf(query, product, await readAll(api, { path, body: RatesBody }, abort))
    },
    nextIssueAt: (_, at) => nextLook(PUBLICATION, at),
    async regionOfPostcode(postcode, abort) {
      const { results } = await readAll(
        api,
        { path: `/v1/industry/grid-supply-points/?postcode=${outwardPostcode(postcode)}`, body: GridSupplyPointsBody },
        abort,
      )
      const zones = new Set(results.map(({ group_id: groupId }) => zoneOfGroup(groupId)))
      const [zone] = zones
      return zones.size === 1 ? (zone ?? null) : null
    },
  }
}
