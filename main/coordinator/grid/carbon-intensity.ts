import type { Signal } from '../../../shared/contract/wire.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { gbZone } from '../../../shared/domain/zones.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import type { HttpAnswer, HttpClient } from '../../kernel/http-client.ts'
import { FactorsBody, GenerationBody, type IntensityIndex, type Mix, NationalBody, RegionalBody, StatisticsBody, readBody } from './carbon-intensity-body.ts'
import {
  type Country,
  type GenerationSpan,
  type Place,
  type RegionalSpan,
  type Span,
  generationPath,
  nationalPath,
  regionalPath,
  statisticsPath,
} from './carbon-intensity-path.ts'

export const CARBON_INTENSITY_URL = 'https://api.carbonintensity.org.uk'

/** A signal, and what the API says beside each point: `index` and `mix` (percent by fuel) run parallel to `signal.points`. */
interface IntensityAnswer {
  readonly signal: Signal
  readonly index: readonly (IntensityIndex | null)[]
  readonly mix: readonly (Mix | null)[]
}

interface IntensityStatistics {
  readonly from: string
  readonly to: string
  readonly max: number
  readonly average: number
  readonly min: number
  readonly index: IntensityIndex | null
}

/** Every call rejects with `grid.unavailable`, or `input.invalid` for a request that makes no sense. */
export interface CarbonIntensity {
  /** Zone `GB`: the measured value where there is one, else the forecast. */
  readonly national: (span: Span, abort: AbortSignal) => Promise<IntensityAnswer>
  /** Zone `GB-01` to `GB-17`: forecasts only, the API keeps no regional measurements. */
  readonly regional: (span: RegionalSpan, place: Place, abort: AbortSignal) => Promise<IntensityAnswer>
  /** Every region at once, in order of its number. */
  readonly regions: (span: RegionalSpan, abort: AbortSignal) => Promise<readonly IntensityAnswer[]>
  readonly country: (country: Country, abort: AbortSignal) => Promise<IntensityAnswer>
  /** Over at most 30 days, gCO2/kWh; past by measurement, future by forecast. */
  readonly statistics: (range: { from: number; to: number; blockHours?: number }, abort: AbortSignal) => Promise<readonly IntensityStatistics[]>
  /** gCO2/kWh by fuel, stack emissions. */
  readonly factors: (abort: AbortSignal) => Promise<Readonly<Record<string, number>>>
  /** Percent of national generation by fuel. */
  readonly generation: (span: GenerationSpan, abort: AbortSignal) => Promise<readonly { from: string; to: string; mix: Mix }[]>
}

interface Row {
  readonly from: string
  readonly to: string
  readonly intensity: {
    readonly forecast?: number | null | undefined
    readonly actual?: number | null | undefined
    readonly index?: IntensityIndex | null | undefined
  }
  readonly generationmix?: Mix | undefined
}

const minuteToIso = (text: string): string => toIso(fromIso(text))
const stretch = ({ from, to }: { from: string; to: string }) => ({ from: minuteToIso(from), to: minuteToIso(to) })

function pointOf({ from, to, intensity }: Row): Signal['points'][number] {
  const actual = intensity.actual ?? null
  return { ...stretch({ from, to }), value: actual ?? intensity.forecast ?? null, forecast: actual === null }
}

/** In order of time; of two rows for one half hour the later one in the answer counts. */
function inOrder(rows: readonly Row[]): readonly Row[] {
  const byStart = new Map(rows.map((row) => [fromIso(row.from), row]))
  return [...byStart].toSorted(([a], [b]) => a - b).map(([, row]) => row)
}

function toAnswer(zone: string, unordered: readonly Row[], { receivedAt, sha256 }: HttpAnswer): IntensityAnswer {
  const rows = inOrder(unordered)
  const signal: Signal = {
    zone,
    kind: 'average',
    basis: 'direct',
    unit: 'gCO2/kWh',
    source: zone === 'GB' ? 'NESO Carbon Intensity API, national' : 'NESO Carbon Intensity API, regional',
    origin: 'live',
    recordedOn: null,
    issuedAt: toIso(receivedAt),
    estimated: false,
    bodySha256: sha256,
    attribution: 'National Energy System Operator (NESO), Carbon Intensity API, CC BY 4.0',
    points: rows.map(pointOf),
  }
  return { signal, index: rows.map(({ intensity }) => intensity.index ?? null), mix: rows.map(({ generationmix }) => generationmix ?? null) }
}

function byRegion({ data }: RegionalBody): ReadonlyMap<number, readonly Row[]> {
  const rows = data.flatMap((item) =>
    'regions' in item
      ? item.regions.map((region) => ({ id: region.regionid, row: { from: item.from, to: item.to, ...region } }))
      : item.data.map((row) => ({ id: item.regionid, row })),
  )
  return new Map([...Map.groupBy(rows, ({ id }) => id)].toSorted(([a], [b]) => a - b).map(([id, group]) => [id, group.map(({ row }) => row)]))
}

function toAnswers(answer: HttpAnswer): readonly IntensityAnswer[] {
  // 18 is “GB” in answers for all regions; the national endpoint has better data for it.
  return [...byRegion(readBody(RegionalBody, answer))].flatMap(([id, rows]) => (id === 18 ? [] : [toAnswer(gbZone(id), rows, answer)]))
}

function single(answers: readonly IntensityAnswer[], zone: string | null): IntensityAnswer {
  const [only] = answers
  if (!only || answers.length > 1 || (zone !== null && only.signal.zone !== zone))
    throw new WindfallError('grid.unavailable', 'The UK Carbon Intensity API answered for another region than the one asked for.')
  return only
}

/**
 * Client of the UK Carbon Intensity API (NESO, https://api.carbonintensity.org.uk, CC BY 4.0): direct emissions of consumption in
 * Great Britain, imports included, gCO2/kWh, UTC half hours. `issuedAt` is the time of receipt, since the API states none.
 */
export function createCarbonIntensity(http: HttpClient, baseUrl = CARBON_INTENSITY_URL): CarbonIntensity {
  const ask = async (path: string, signal: AbortSignal): Promise<HttpAnswer> => {
    try {
      return await http.get({ url: `${baseUrl}${path}`, headers: { accept: 'application/json' }, signal })
    } catch (error) {
      signal.throwIfAborted()
      throw new WindfallError('grid.unavailable', `The UK Carbon Intensity API cannot be reached. ${messageOf(error)}`, { cause: error })
    }
  }
  return {
    async national(span, abort) {
      const answer = await ask(nationalPath(span), abort)
      return toAnswer('GB', readBody(NationalBody, answer).data, answer)
    },
    async regional(span, place, abort) {
      return single(toAnswers(await ask(regionalPath(span, place), abort)), 'regionId' in place ? gbZone(place.regionId) : null)
    },
    regions: async (span, abort) => toAnswers(await ask(regionalPath(span), abort)),
    country: async (country, abort) => single(toAnswers(await ask(`/regional/${country}`, abort)), gbZone({ england: 15, scotland: 16, wales: 17 }[country])),
    async statistics({ from, to, blockHours }, abort) {
      const { data } = readBody(StatisticsBody, await ask(statisticsPath(from, to, blockHours), abort))
      return data.map(({ intensity, ...row }) => ({ ...stretch(row), ...intensity }))
    },
    factors: async (abort) => readBody(FactorsBody, await ask('/intensity/factors', abort)).data[0] ?? {},
    async generation(span, abort) {
      const { data } = readBody(GenerationBody, await ask(generationPath(span), abort))
      return data.map(({ generationmix, ...row }) => ({ ...stretch(row), mix: generationmix }))
    },
  }
}
