/** What the API knows over a stretch of any length: asked for in the pieces it allows, put together as one signal. */
import type { Signal } from '../../../../shared/contract/wire.ts'
import { halfHourCeil, halfHourFloor } from '../../../../shared/domain/half-hours.ts'
import { gbRegionId } from '../../../../shared/domain/zones.ts'
import { WindfallError } from '../../../../shared/errors.ts'
import { fromIso } from '../../../../shared/units.ts'
import type { HttpAnswer } from '../../../kernel/http-client.ts'
import { type LiveSlot, liveSignal, partsOf } from '../live-signal.ts'
import type { SignalQuery } from '../provider.ts'
import type { Mix } from './carbon-intensity-body.ts'
import { type Place, type RegionalSpan, type Span, generationPath, nationalPath, regionalPath } from './carbon-intensity-path.ts'

const DAY_MS = 86_400_000
const LONGEST_MS = 14 * DAY_MS
/** The half hour that ends where a piece begins may come with it. */
const NEAR_MS = 7_200_000
const RENEWABLE: ReadonlySet<string> = new Set(['biomass', 'hydro', 'solar', 'wind'])

export const ATTRIBUTION = 'National Energy System Operator (NESO), Carbon Intensity API, CC BY 4.0'

/** A half hour of one region, or of the nation, as the API says it. */
export interface Row {
  readonly from: string
  readonly to: string
  readonly intensity?: { readonly forecast?: number | null | undefined; readonly actual?: number | null | undefined }
  readonly generationmix?: Mix | null | undefined
}

/** The rows of one answer, and the answer itself. */
interface Read {
  readonly rows: readonly Row[]
  readonly answer: HttpAnswer
}

/** How the pieces are asked for; `region` 18 is the nation. */
export interface RangeReader {
  readonly national: (path: string, abort: AbortSignal) => Promise<Read>
  readonly generation: (path: string, abort: AbortSignal) => Promise<Read>
  readonly region: (path: string, region: number, abort: AbortSignal) => Promise<Read>
}

const NATION = 18

/** The measured value where there is one, else the forecast; a value that is neither stays unknown. */
export function intensitySlot({ from, to, intensity }: Row): LiveSlot {
  const actual = intensity?.actual ?? null
  return { from: fromIso(from), to: fromIso(to), value: actual ?? intensity?.forecast ?? null, forecast: actual === null }
}

/** Percent of supply, imports counted in the whole. */
export function renewableShareOf(mix: Mix | null | undefined): number | null {
  if (!mix || mix.length === 0) return null
  const share = mix.reduce((sum, { fuel, perc }) => sum + (RENEWABLE.has(fuel) ? perc : 0), 0)
  return Math.min(100, Math.round(share * 10) / 10)
}

const shareSlot =
  (forecast: boolean) =>
  ({ from, to, generationmix }: Row): LiveSlot => ({ from: fromIso(from), to: fromIso(to), value: renewableShareOf(generationmix), forecast })

type Range = Extract<Span & RegionalSpan, { kind: 'range' }>
const rangesOf = ({ from, to }: { from: number; to: number }): readonly Range[] =>
  partsOf({ from: halfHourFloor(from), to: halfHourCeil(to) }, LONGEST_MS).map((part) => ({ kind: 'range', ...part }))

/** One piece after another. Error: `grid.unavailable` for an answer that begins long before its piece: it was made for another time. */
async function inTurn(ranges: readonly Range[], read: (range: Range) => Promise<Read>): Promise<Read[]> {
  const answers: Read[] = []
  for (const range of ranges) {
    const answer = await read(range)
    if (answer.rows.some(({ from }) => fromIso(from) < range.from - NEAR_MS))
      throw new WindfallError('grid.unavailable', 'The UK Carbon Intensity API answered for another time: its data is stale.')
    answers.push(answer)
  }
  return answers
}

const placeOf = (zone: string): Place & { regionId: number } => ({ regionId: gbRegionId(zone) ?? NATION })

/** Average intensity over the stretch, or `null` where the API has nothing. Errors as `GridProvider.read`. */
export async function averageOver(reader: RangeReader, query: SignalQuery, abort: AbortSignal): Promise<Signal | null> {
  const { zone } = query
  const reads = await inTurn(rangesOf(query), (range) =>
    zone === 'GB' ? reader.national(nationalPath(range), abort) : reader.region(regionalPath(range, placeOf(zone)), placeOf(zone).regionId, abort),
  )
  return liveSignal(query, {
    zone,
    kind: 'average',
    basis: 'direct',
    source: `NESO Carbon Intensity API, ${zone === 'GB' ? 'national' : 'regional'}`,
    estimated: false,
    attribution: ATTRIBUTION,
    slots: reads.flatMap(({ rows }) => rows.map(intensitySlot)),
    answers: reads.map(({ answer }) => answer),
  })
}

/** The nation's mix is told up to now; what lies ahead is in the answer for all regions. */
async function nationalShare(reader: RangeReader, query: SignalQuery, abort: AbortSignal): Promise<{ slots: LiveSlot[]; reads: Read[] }> {
  const past = await inTurn(rangesOf(query), (range) => reader.generation(generationPath(range), abort))
  const slots = past.flatMap(({ rows }) => rows.map(shareSlot(false)))
  const knownTo = slots.reduce((latest, { to }) => Math.max(latest, to), halfHourFloor(query.from))
  const ahead = await inTurn(rangesOf({ from: knownTo, to: query.to }), (range) => reader.region(regionalPath(range), NATION, abort))
  const later = ahead.flatMap(({ rows }) => rows.map(shareSlot(true))).filter(({ from }) => from >= knownTo)
  return { slots: [...slots, ...later], reads: [...past, ...ahead] }
}

async function regionalShare(reader: RangeReader, query: SignalQuery, abort: AbortSignal): Promise<{ slots: LiveSlot[]; reads: Read[] }> {
  const place = placeOf(query.zone)
  const reads = await inTurn(rangesOf(query), (range) => reader.region(regionalPath(range, place), place.regionId, abort))
  return { slots: reads.flatMap(({ rows }) => rows.map(shareSlot(true))), reads }
}

/** Wind, solar, hydro and biomass as percent of supply over the stretch, or `null` where the API has nothing. Errors as `GridProvider.read`. */
export async function renewableShareOver(reader: RangeReader, query: SignalQuery, abort: AbortSignal): Promise<Signal | null> {
  const { slots, reads } = await (query.zone === 'GB' ? nationalShare : regionalShare)(reader, query, abort)
  return liveSignal(query, {
    zone: query.zone,
    kind: 'renewableShare',
    source: `NESO Carbon Intensity API, generation mix${query.zone === 'GB' ? '' : ' of the regional forecast'}`,
    estimated: false,
    attribution: ATTRIBUTION,
    slots,
    answers: reads.map(({ answer }) => answer),
  })
}
