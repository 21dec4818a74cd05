import type { z } from 'zod'
import type { Signal } from '../../../../shared/contract/wire.ts'
import { gbZone } from '../../../../shared/domain/zones.ts'
import { fromIso, toIso } from '../../../../shared/units.ts'
import type { HttpAnswer, HttpClient } from '../../../kernel/http-client.ts'
import { partsOf } from '../live-signal.ts'
import { type ProviderApi, ask } from '../provider-answer.ts'
import type { SignalQuery } from '../provider.ts'
import { type IntensityAnswer, rowsOf, single, toAnswer, toAnswers } from './carbon-intensity-answer.ts'
import {
  FactorsBody,
  GenerationBody,
  type IntensityIndex,
  type Mix,
  NationalBody,
  RegionalBody,
  StatisticsBody,
  readBody,
  saidIn,
} from './carbon-intensity-body.ts'
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
import { type RangeReader, averageOver, renewableShareOver } from './carbon-intensity-range.ts'

const CARBON_INTENSITY_URL = 'https://api.carbonintensity.org.uk'

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
  /** Over at most 30 days as a whole, or 41 in blocks; gCO2/kWh, past by measurement, future by forecast. */
  readonly statistics: (range: { from: number; to: number; blockHours?: number }, abort: AbortSignal) => Promise<readonly IntensityStatistics[]>
  /** gCO2/kWh by fuel, stack emissions. */
  readonly factors: (abort: AbortSignal) => Promise<Readonly<Record<string, number>>>
  /** Percent of national generation by fuel. */
  readonly generation: (span: GenerationSpan, abort: AbortSignal) => Promise<readonly { from: string; to: string; mix: Mix }[]>
  /** The zone `GB-01` to `GB-14` of a postcode, of which only the first half is sent. */
  readonly regionOfPostcode: (postcode: string, abort: AbortSignal) => Promise<string>
  /** A stretch of any length as one signal, or `null` where nothing is known: average intensity, and renewables as percent of supply. */
  readonly averageOver: (query: SignalQuery, abort: AbortSignal) => Promise<Signal | null>
  readonly renewableShareOver: (query: SignalQuery, abort: AbortSignal) => Promise<Signal | null>
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const LONGEST_STATISTICS_MS = 30 * DAY_MS

const stretch = ({ from, to }: { from: string; to: string }) => ({ from: toIso(fromIso(from)), to: toIso(fromIso(to)) })

/** Statistics in blocks may be asked for in pieces that end where a block does. */
function statisticsParts({ from, to, blockHours }: { from: number; to: number; blockHours?: number }): readonly string[] {
  if (!blockHours || to - from <= LONGEST_STATISTICS_MS) return [statisticsPath(from, to, blockHours)]
  const blockMs = blockHours * HOUR_MS
  return partsOf({ from, to }, Math.floor(LONGEST_STATISTICS_MS / blockMs) * blockMs).map((part) => statisticsPath(part.from, part.to, blockHours))
}

type ReadPath = <S extends z.ZodType>(schema: S, path: string, abort: AbortSignal) => Promise<{ body: z.output<S>; answer: HttpAnswer }>

/** How `carbon-intensity-range.ts` reads its pieces. */
const rangeReader = (read: ReadPath): RangeReader => ({
  async national(path, abort) {
    const { body, answer } = await read(NationalBody, path, abort)
    return { rows: body.data, answer }
  },
  async generation(path, abort) {
    const { body, answer } = await read(GenerationBody, path, abort)
    return { rows: body.data, answer }
  },
  async region(path, region, abort) {
    const { body, answer } = await read(RegionalBody, path, abort)
    return { rows: rowsOf(body, region), answer }
  },
})

/**
 * Client of the UK Carbon Intensity API (NESO, https://api.carbonintensity.org.uk, CC BY 4.0): direct emissions of consumption in
 * Great Britain, imports included, gCO2/kWh, UTC half hours. `issuedAt` is the time of receipt, since the API states none.
 */
export function createCarbonIntensity(http: HttpClient, baseUrl = CARBON_INTENSITY_URL): CarbonIntensity {
  const api: ProviderApi = { name: 'The UK Carbon Intensity API', baseUrl, http, saidIn }
  const read: ReadPath = async (schema, path, abort) => {
    const answer = await ask(api, path, abort)
    return { body: readBody(api, schema, answer), answer }
  }
  const reader = rangeReader(read)
  const regional: CarbonIntensity['regional'] = async (span, place, abort) => {
    const { body, answer } = await read(RegionalBody, regionalPath(span, place), abort)
    return single(toAnswers(body, answer), 'regionId' in place ? gbZone(place.regionId) : null)
  }
  return {
    regional,
    async regions(span, abort) {
      const { body, answer } = await read(RegionalBody, regionalPath(span), abort)
      return toAnswers(body, answer)
    },
    async national(span, abort) {
      const { body, answer } = await read(NationalBody, nationalPath(span), abort)
      return toAnswer('GB', body.data, answer)
    },
    async country(country, abort) {
      const { body, answer } = await read(RegionalBody, `/regional/${country}`, abort)
      return single(toAnswers(body, answer), gbZone({ england: 15, scotland: 16, wales: 17 }[country]))
    },
    async statistics(range, abort) {
      const blocks: IntensityStatistics[] = []
      for (const path of statisticsParts(range)) {
        const { body } = await read(StatisticsBody, path, abort)
        blocks.push(...body.data.map(({ intensity, ...row }) => ({ ...stretch(row), ...intensity })))
      }
      return blocks
    },
    factors: async (abort) => (await read(FactorsBody, '/intensity/factors', abort)).body.data[0] ?? {},
    async generation(span, abort) {
      const { body } = await read(GenerationBody, generationPath(span), abort)
      return body.data.map(({ generationmix, ...row }) => ({ ...stretch(row), mix: generationmix }))
    },
    regionOfPostcode: async (postcode, abort) => (await regional({ kind: 'now' }, { postcode }, abort)).signal.zone,
    averageOver: (query, abort) => averageOver(reader, query, abort),
    renewableShareOver: (query, abort) => renewableShareOver(reader, query, abort),
  }
}
