import { gbRegionId } from '../../../../shared/domain/zones.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import type { SignalKind } from '../../../../shared/contract/wire.ts'
import { toIso } from '../../../../shared/units.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { HttpClient, HttpManners } from '../../../kernel/http-client.ts'
import { type LiveSlot, issuedAtOf, liveSignal, nextIssue, partsOf } from '../live-signal.ts'
import { type ProviderApi, ask, readJson, withQuery } from '../provider-answer.ts'
import type { GridProvider, SignalQuery } from '../provider.ts'
import { PlaceBody, ZonesBody, saidByElectricityMaps } from './electricity-maps-body.ts'
import { type Asked, NAME, type Page, type PaidFeature, type Questions, createQuestions, isKind } from './electricity-maps-questions.ts'

const ELECTRICITY_MAPS_URL = 'https://api.electricitymaps.com/v3'
/** What a plan allows is not in the documentation of the API. */
export const ELECTRICITY_MAPS_MANNERS: Partial<HttpManners> = { spacingMs: 1_000, timeoutMs: 8_000, budgetMs: 20_000 }

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** The free history: 24 hours before the one that is not over. */
const HISTORY_MS = 25 * HOUR_MS
const LONGEST_RANGE_MS = 10 * DAY_MS

/** A zone that it divides further, and the part that stands for it. */
const PARTS: ReadonlyMap<string, { readonly zone: string; readonly label: string }> = new Map([['IT', { zone: 'IT-NO', label: ', North Italy for Italy' }]])

interface ElectricityMaps extends GridProvider {
  /** Every zone it knows, with its name in English; needs no key. Errors as `read`. */
  readonly zones: (abort: AbortSignal) => Promise<ReadonlyMap<string, string>>
  /** The zone around a place, or `null` outside of all. The coordinates leave rounded to a tenth of a degree. Errors as `read`. */
  readonly zoneAt: (place: { readonly latitude: number; readonly longitude: number }, abort: AbortSignal) => Promise<string | null>
}

interface ElectricityMapsDeps {
  readonly http: HttpClient
  readonly clock: Pick<Clock, 'now'>
  /** Without one only `zones` answers. */
  readonly key: string | null
  readonly emissionFactorType?: 'lifecycle' | 'direct'
  readonly baseUrl?: string
}

/** A zone and a quantity, and the pages that hold the stretch. */
interface Reading {
  readonly query: SignalQuery
  readonly pages: readonly Page[]
  readonly emissionFactorType: 'lifecycle' | 'direct'
}

function slotsOf({ query, pages }: Reading): readonly LiveSlot[] {
  const slotOf = (forecast: boolean) => (row: Page['rows'][number]) => ({
    from: row.datetime,
    to: row.datetime + HOUR_MS,
    value: (query.kind === 'average' ? row.carbonIntensity : row.renewablePercentage) ?? null,
    forecast,
  })
  return pages.flatMap(({ rows, forecast }) => rows.map(slotOf(forecast)))
}

function toSignal(reading: Reading) {
  const { query, pages, emissionFactorType } = reading
  const answers = pages.map(({ answer }) => answer)
  const inside = pages.flatMap(({ rows }) => rows).filter(({ datetime }) => datetime < query.to && datetime + HOUR_MS > query.from)
  const part = PARTS.get(query.zone)?.label ?? ''
  return liveSignal(query, {
    zone: query.zone,
    kind: query.kind,
    basis: query.kind === 'average' ? emissionFactorType : null,
    source: query.kind === 'average' ? `Electricity Maps, carbon intensity, ${emissionFactorType}${part}` : `Electricity Maps, renewable percentage${part}`,
    estimated: inside.some(({ isEstimated }) => isEstimated === true),
    attribution: 'Electricity Maps (https://www.electricitymaps.com)',
    issuedAt: issuedAtOf(
      pages.flatMap(({ issuedAt }) => issuedAt),
      answers,
    ),
    slots: slotsOf(reading),
    answers,
  })
}

interface Found {
  readonly pages: readonly Page[]
  /** What the plan does not include. */
  readonly missing: readonly PaidFeature[]
}

/** Asks for the parts of a stretch where each is kept; what was measured comes last, because it counts before what was expected. */
async function findPages(
  { kind, from, to }: SignalQuery,
  now: number,
  { free, paid, asked }: Pick<Questions, 'free' | 'paid'> & { asked: Asked },
): Promise<Found> {
  const hour = now - (now % HOUR_MS)
  const pages: Page[] = []
  const missing: PaidFeature[] = []
  const add = async (feature: PaidFeature, range?: { from: number; to: number }) => {
    const page = await paid(asked, feature, range && { start: toIso(range.from), end: toIso(range.to) })
    if (page) pages.push(page)
    else missing.push(feature)
  }
  if (from < now - HISTORY_MS)
    for (const part of partsOf({ from, to: Math.min(to, now - DAY_MS) }, LONGEST_RANGE_MS)) await add('values older than a day', part)
  if (to > hour + HOUR_MS && kind === 'average') await add('forecasts')
  if (from < hour && to > now - HISTORY_MS) pages.push(await free(asked, 'history'))
  if (from < hour + HOUR_MS && to > hour) pages.push(await free(asked, 'latest'))
  return { pages, missing }
}

const serves = (zone: string, kind: SignalKind): boolean => isKind(kind) && gbRegionId(zone) === null

/**
 * Client of Electricity Maps v3 (https://portal.electricitymaps.com/docs), zones by its own names: average intensity of consumption,
 * imports traced, on the declared basis (gCO2eq/kWh), and renewable share of consumption (%), in hours. The last 24 hours are free; what
 * lies ahead (intensity only) or further back is asked for once a day while the plan does not include it. `estimated` is true as soon as
 * one hour of the stretch is. `issuedAt` is the newest `updatedAt`.
 */
export function createElectricityMaps({
  key,
  emissionFactorType = 'lifecycle',
  baseUrl = ELECTRICITY_MAPS_URL,
  ...deps
}: ElectricityMapsDeps): ElectricityMaps {
  const { http, clock } = deps
  const open: ProviderApi = { name: NAME, baseUrl, http, saidIn: saidByElectricityMaps, ...(key !== null && { headers: { 'auth-token': key } }) }
  const questions = key === null ? null : createQuestions({ http, clock, key, emissionFactorType, baseUrl })

  return {
    id: 'electricity-maps',
    name: NAME,
    serves: (zone, kind) => questions !== null && serves(zone, kind),
    async read(query, abort) {
      abort.throwIfAborted()
      if (!questions || !isKind(query.kind) || !serves(query.zone, query.kind)) return null
      const asked = { kind: query.kind, zone: PARTS.get(query.zone)?.zone ?? query.zone, abort }
      const { pages, missing } = await findPages(query, clock.now(), { ...questions, asked })
      const signal = toSignal({ query, pages, emissionFactorType })
      if (!signal && missing[0]) throw questions.plan.errorOf(missing[0])
      return signal
    },
    nextIssueAt: (_, at) => nextIssue(at, HOUR_MS / 2, 5 * MINUTE_MS),
    async zones(abort) {
      const { headers: _, ...anonymous } = open
      const zones = readJson(open, ZonesBody, await ask(anonymous, '/zones', abort))
      return new Map(Object.entries(zones).map(([zone, { zoneName, countryName }]) => [zone, countryName ? `${zoneName}, ${countryName}` : zoneName]))
    },
    async zoneAt({ latitude, longitude }, abort) {
      if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) throw new WindfallError('input.invalid', 'Latitude is -90 to 90 and longitude -180 to 180.')
      const answer = await ask(open, withQuery('/carbon-intensity/latest', { lat: latitude.toFixed(1), lon: longitude.toFixed(1) }), abort)
      return answer.status === 404 ? null : readJson({ ...open, keySetting: 'WINDFALL_ELECTRICITY_MAPS_KEY' }, PlaceBody, answer).zone
    },
  }
}
