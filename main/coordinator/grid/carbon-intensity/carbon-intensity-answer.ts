/** What the API answered for one region or for all of them, as signals. */
import type { Signal } from '../../../../shared/contract/wire.ts'
import { gbZone } from '../../../../shared/domain/zones.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { fromIso, toIso } from '../../../../shared/units.ts'
import type { HttpAnswer } from '../../../kernel/http-client.ts'
import type { IntensityIndex, Mix, RegionalBody } from './carbon-intensity-body.ts'
import { ATTRIBUTION, intensitySlot } from './carbon-intensity-range.ts'

/** A signal, and what the API says beside each point: `index` and `mix` (percent by fuel) run parallel to `signal.points`. */
export interface IntensityAnswer {
  readonly signal: Signal
  readonly index: readonly (IntensityIndex | null)[]
  readonly mix: readonly (Mix | null)[]
}

/** A half hour of one region, or of the nation. */
export interface IntensityRow {
  readonly from: string
  readonly to: string
  readonly intensity: {
    readonly forecast?: number | null | undefined
    readonly actual?: number | null | undefined
    readonly index?: IntensityIndex | null | undefined
  }
  readonly generationmix?: Mix | undefined
}

function pointOf(row: IntensityRow): Signal['points'][number] {
  const { from, to, value, forecast } = intensitySlot(row)
  return { from: toIso(from), to: toIso(to), value, forecast }
}

/** In order of time; of two rows for one half hour the later one in the answer counts. */
function inOrder(rows: readonly IntensityRow[]): readonly IntensityRow[] {
  const byStart = new Map(rows.map((row) => [fromIso(row.from), row]))
  return [...byStart].toSorted(([a], [b]) => a - b).map(([, row]) => row)
}

export function toAnswer(zone: string, unordered: readonly IntensityRow[], { receivedAt, sha256 }: HttpAnswer): IntensityAnswer {
  const rows = inOrder(unordered)
  const signal: Signal = {
    zone,
    kind: 'average',
    basis: 'direct',
    unit: 'gCO2/kWh',
    price: null,
    source: zone === 'GB' ? 'NESO Carbon Intensity API, national' : 'NESO Carbon Intensity API, regional',
    origin: 'live',
    recordedOn: null,
    issuedAt: toIso(receivedAt),
    estimated: false,
    bodySha256: sha256,
    attribution: ATTRIBUTION,
    points: rows.map(pointOf),
  }
  return { signal, index: rows.map(({ intensity }) => intensity.index ?? null), mix: rows.map(({ generationmix }) => generationmix ?? null) }
}

/** The rows of each region, in order of its number. */
function byRegion({ data }: RegionalBody): ReadonlyMap<number, readonly IntensityRow[]> {
  const rows = data.flatMap((item) =>
    'regions' in item
      ? item.regions.map((region) => ({ id: region.regionid, row: { from: item.from, to: item.to, ...region } }))
      : item.data.map((row) => ({ id: item.regionid, row })),
  )
  return new Map([...Map.groupBy(rows, ({ id }) => id)].toSorted(([a], [b]) => a - b).map(([id, group]) => [id, group.map(({ row }) => row)]))
}

export function toAnswers(body: RegionalBody, answer: HttpAnswer): readonly IntensityAnswer[] {
  // 18 is “GB” in answers for all regions; the national endpoint has better data for it.
  return [...byRegion(body)].flatMap(([id, rows]) => (id === 18 ? [] : [toAnswer(gbZone(id), rows, answer)]))
}

const anotherRegion = () => new WindfallError('grid.unavailable', 'The UK Carbon Intensity API answered for another region than the one asked for.')

/** The only answer. Error: `grid.unavailable` unless there is exactly one, for `zone` where that is given. */
export function single(answers: readonly IntensityAnswer[], zone: string | null): IntensityAnswer {
  const [only] = answers
  if (!only || answers.length > 1 || (zone !== null && only.signal.zone !== zone)) throw anotherRegion()
  return only
}

/** The rows of one region, none for an empty answer. Error: `grid.unavailable` for an answer about others only. */
export function rowsOf(body: RegionalBody, regionId: number): readonly IntensityRow[] {
  const regions = byRegion(body)
  const rows = regions.get(regionId)
  if (!rows && regions.size > 0) throw anotherRegion()
  return rows ?? []
}
