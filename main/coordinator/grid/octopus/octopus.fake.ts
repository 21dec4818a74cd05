import { HALF_HOUR_MS, toIso } from '../../../../shared/units.ts'
import { type ProviderReply, type ProviderRequest, type ProviderServer, startProviderServer } from '../provider-server.fake.ts'

/** What goes wrong with this provider alone. */
type OctopusFault = 'not-found' | 'bad-field' | 'endless' | 'no-product' | 'open-ended' | 'two-ways-to-pay' | 'repeated'

interface World {
  readonly now: () => number
  /** The end of what is published, epoch ms: midnight in London, today's or tomorrow's. */
  readonly publishedTo: () => number
  /** Pence per kWh with VAT. */
  readonly priceAt: (letter: string, at: number) => number
}

interface FakeOctopus extends Omit<ProviderServer, 'play'> {
  readonly play: (...fault: Parameters<ProviderServer['play']>) => void
  /** From now on it answers with a fault of its own; `null` plays the documented answers again. */
  readonly playOwn: (fault: OctopusFault | null) => void
}

const product = (code: string, direction: string, [from, to]: readonly [string, string | null], brand = 'OCTOPUS_ENERGY') => ({
  code,
  direction,
  full_name: `${code} for everyone`,
  display_name: 'Agile Octopus',
  is_variable: true,
  is_green: true,
  brand,
  available_from: from,
  available_to: to,
  links: [],
})

const PRODUCTS = [
  product('VAR-22-11-01', 'IMPORT', ['2022-11-01T00:00:00Z', null]),
  product('AGILE-OUTGOING-19-05-13', 'EXPORT', ['2019-05-13T00:00:00+01:00', null]),
  product('AGILE-OUTGOING-BB-26-01-01', 'EXPORT', ['2026-01-01T00:00:00Z', null]),
  product('AGILE-FLEX-22-11-25', 'IMPORT', ['2022-11-25T00:00:00Z', '2024-12-31T00:00:00Z']),
  product('AGILE-24-10-01', 'IMPORT', ['2024-10-01T00:00:00+01:00', null]),
  product('AGILE-25-12-01', 'IMPORT', ['2025-12-01T00:00:00Z', null], 'ANOTHER_BRAND'),
  product('AGILE-18-02-21', 'IMPORT', ['2017-01-01T00:00:00Z', '2022-07-22T00:00:00+01:00']),
]

const notFound: ProviderReply = { status: 404, body: { detail: 'Not found.' } }
const list = (results: readonly unknown[], next: string | null = null) => ({ count: results.length, next, previous: null, results })
const second = (at: number): string => `${toIso(at).slice(0, 19)}Z`

function productList({ query }: ProviderRequest, fault: OctopusFault | null): ProviderReply {
  const at = Date.parse(query.get('available_at') ?? '')
  const sold = PRODUCTS.filter(({ available_from: from, available_to: to }) => Date.parse(from) <= at && at < Date.parse(to ?? '9999-01-01'))
  const offered = fault === 'no-product' ? sold.filter(({ direction }) => direction === 'EXPORT') : sold
  const page = Number(query.get('page') ?? 1)
  return { body: list(offered.slice((page - 1) * 2, page * 2), offered.length > page * 2 ? 'http://elsewhere.example/?page=2' : null) }
}

function ratesOf({ publishedTo, priceAt }: World, letter: string, query: URLSearchParams): object[] {
  const from = Math.floor(Date.parse(query.get('period_from') ?? '') / HALF_HOUR_MS) * HALF_HOUR_MS
  const to = Math.min(publishedTo(), Date.parse(query.get('period_to') ?? ''))
  const starts = Array.from({ length: Math.max(0, Math.ceil((to - from) / HALF_HOUR_MS)) }, (_, index) => from + index * HALF_HOUR_MS)
  return starts.toReversed().map((at) => {
    const price = priceAt(letter, at)
    return { value_exc_vat: price / 1.05, value_inc_vat: price, valid_from: second(at), valid_to: second(at + HALF_HOUR_MS), payment_method: null }
  })
}

function spoil(rates: readonly object[], fault: OctopusFault | null): readonly object[] {
  if (fault === 'open-ended') return rates.map((rate, index) => (index === 0 ? { ...rate, valid_to: null } : rate))
  if (fault === 'repeated') return rates.flatMap((rate) => [rate, rate])
  if (fault !== 'two-ways-to-pay') return rates
  return rates.flatMap((rate) => [
    { ...rate, payment_method: 'DIRECT_DEBIT' },
    { ...rate, value_inc_vat: 99, payment_method: 'NON_DIRECT_DEBIT' },
  ])
}

function rateList(world: World, { path, query }: ProviderRequest, fault: OctopusFault | null): ProviderReply {
  const [, code, letter = ''] = /^\/v1\/products\/([^/]+)\/electricity-tariffs\/E-1R-\1-([A-HJ-NP])\/standard-unit-rates\/$/.exec(path) ?? []
  if (!PRODUCTS.some((known) => known.code === code) || fault === 'not-found') return notFound
  if (fault === 'bad-field') return { status: 400, body: { period_from: ['Datetime has wrong format.'] } }
  const rates = spoil(ratesOf(world, letter, query), fault)
  const size = Math.min(Number(query.get('page_size') ?? 100), 1_500)
  const page = Number(query.get('page') ?? 1)
  const more = fault === 'endless' || rates.length > page * size
  return { body: list(rates.slice((page - 1) * size, page * size), more ? `http://elsewhere.example${path}?page=${page + 1}` : null) }
}

const GROUPS: Readonly<Record<string, readonly string[]>> = { SW1A: ['_C'], IV1: ['_P'], EH1: ['_N'], CH5: ['_D', '_G'], ZZ1: [], BT1: ['_Q'] }

function answerTo(world: World, request: ProviderRequest, fault: OctopusFault | null): ProviderReply {
  const { path, query } = request
  if (path === '/v1/products/') return productList(request, fault)
  if (path === '/v1/industry/grid-supply-points/') return { body: list((GROUPS[query.get('postcode') ?? ''] ?? []).map((group) => ({ group_id: group }))) }
  return rateList(world, request, fault)
}

/** Octopus Energy's public price lists on a loopback port. */
export async function startFakeOctopus(world: World): Promise<FakeOctopus> {
  let own: OctopusFault | null = null
  const server = await startProviderServer((request) => answerTo(world, request, own))
  return { ...server, playOwn: (fault) => (own = fault) }
}
