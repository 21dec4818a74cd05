import type { SignalOrReason, ZoneAbundance, ZoneAccuracy, ZonePlace, ZoneQuestion, ZoneView } from '../../../shared/contract/grid.ts'
import type { Signal, SignalKind } from '../../../shared/contract/wire.ts'
import { halfHourCeil, halfHourFloor } from '../../../shared/domain/half-hours.ts'
import { gbRegionId } from '../../../shared/domain/zones.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type GridOracle, checkZone, serving } from './oracle.ts'
import type { GridProvider } from './provider.ts'
import type { Recording } from '../../kernel/grid-recording.ts'
import { createRemembered } from './remembered.ts'
import { curtailmentIn, surplusIn } from './surplus.ts'
import { mayBePassedOn } from './terms.ts'
import type { ZoneDirectory } from './zone-directory.ts'
import { listZones, nameOfZone } from './zone-list.ts'
import type { ZoneLookup } from './zone-lookup.ts'

export interface GridAnswersDeps {
  readonly oracle: Pick<GridOracle, 'signal' | 'look' | 'actuals' | 'accuracy'>
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly providers: readonly GridProvider[]
  readonly recording: Recording
  readonly directory: Pick<ZoneDirectory, 'names'>
  readonly lookup: ZoneLookup
  /** Whether only this machine can ask: what its owner keeps to private use goes to nobody else. */
  readonly isPrivate: boolean
  readonly shutdown: AbortSignal
}

/** Epoch milliseconds; `null` where the question leaves it open. */
interface OpenStretch {
  readonly from: number | null
  readonly to: number | null
}

/** What the coordinator tells anybody about the grid. Errors everywhere: `grid.unknown-zone`. */
export interface GridAnswers {
  readonly zones: () => readonly ZoneView[]
  /** Errors as {@link ZoneLookup}. */
  readonly find: (question: ZoneQuestion) => Promise<ZonePlace>
  /** Error: also `grid.unavailable`. */
  readonly signal: (zone: string) => Promise<Signal>
  readonly signalOf: (zone: string, kind: SignalKind) => Promise<SignalOrReason>
  /** Average intensity as it was. Without an end up to the newest measurement, without a beginning a day. Errors: also `input.invalid`, `grid.unavailable`, `rate.limited`. */
  readonly history: (zone: string, stretch: OpenStretch) => Promise<Signal>
  /** Error: also `rate.limited`. */
  readonly accuracy: (zone: string) => Promise<ZoneAccuracy>
  readonly abundance: (zone: string) => Promise<ZoneAbundance>
}

const DAY_MS = 86_400_000
const LONGEST_MS = 14 * DAY_MS
const TEN_MINUTES_MS = 600_000

const WORDS: Readonly<Record<SignalKind, string>> = {
  average: 'the average intensity',
  marginal: 'the marginal intensity',
  price: 'the price',
  renewableShare: 'the renewable share',
  solar: 'the sun',
  demand: 'the demand',
  frequency: 'the frequency',
}

const namesOf = (providers: readonly GridProvider[]): string => providers.map(({ name }) => name).join(' and ')

/** Why nobody knows a quantity now, for people. */
function reasonFor(deps: GridAnswersDeps, zone: string, kind: SignalKind): string {
  const asked = serving(deps, zone, kind)
  if (asked.length > 0) return `${namesOf(asked)} could know ${WORDS[kind]} in ${zone}, but no answer comes now. Try again later.`
  if (kind === 'solar') return 'The sun is asked for by the place of a house, not by its zone.'
  const marginal = kind === 'marginal' ? ' WattTime knows it in some zones: set WINDFALL_WATTTIME_USER and WINDFALL_WATTTIME_PASSWORD.' : ''
  return `No configured source knows ${WORDS[kind]} in ${zone}.${marginal}`
}

const withReason = (reason: string): SignalOrReason => ({ signal: null, reason })

async function signalOf(deps: GridAnswersDeps, zone: string, kind: SignalKind): Promise<SignalOrReason> {
  const { oracle, shutdown, isPrivate } = deps
  if (kind === 'average') return { signal: await oracle.signal(zone, shutdown), reason: null }
  const signal = await oracle.look(zone, kind, shutdown)
  if (!signal) return withReason(reasonFor(deps, zone, kind))
  if (!isPrivate && !mayBePassedOn(signal)) return withReason(`Windfall knows ${WORDS[kind]} in ${zone}, but may not pass it on (${signal.attribution}).`)
  return { signal, reason: null }
}

/** The end of the newest slot that was measured, where any was; else now. */
async function measuredTo({ oracle, clock, shutdown }: GridAnswersDeps, zone: string): Promise<number> {
  const now = clock.now()
  const measured = (await oracle.look(zone, 'average', shutdown))?.points.filter(({ value, forecast }) => value !== null && !forecast) ?? []
  return Math.min(halfHourFloor(now), halfHourFloor(measured.reduce((end, { to }) => Math.max(end, fromIso(to)), 0)) || Infinity)
}

async function stretchOf(deps: GridAnswersDeps, zone: string, { from, to }: OpenStretch): Promise<{ from: number; to: number }> {
  const now = deps.clock.now()
  const end = to ?? (await measuredTo(deps, zone))
  const start = from ?? end - DAY_MS
  if (start >= end) throw new WindfallError('input.invalid', 'A stretch of history ends after it begins.')
  if (end > halfHourCeil(now)) throw new WindfallError('input.invalid', 'History ends now; what lies ahead is a forecast.')
  if (end - start > LONGEST_MS) throw new WindfallError('input.invalid', 'Grid history can be read for up to 14 days at a time.')
  return { from: Math.max(halfHourFloor(start), halfHourCeil(end) - LONGEST_MS), to: halfHourCeil(end) }
}

/** Why no forecast could be compared, for people. */
function whyNotCompared(deps: GridAnswersDeps, zone: string): string {
  const asked = serving(deps, zone, 'average')
  if (asked.length === 0) return 'No configured source measures here, and what ships with Windfall is no forecast of a certain day.'
  if (gbRegionId(zone) !== null) return `${namesOf(asked)} forecasts regions but measures Great Britain as a whole only. Ask about GB.`
  return `Nothing that ${namesOf(asked)} said in the last 30 days could be compared yet: a forecast can be once its time is over and measured.`
}

const METHOD = 'compared with what was measured afterwards, forecasts for the day ahead, last 30 days'

async function accuracy(deps: GridAnswersDeps, zone: string): Promise<ZoneAccuracy> {
  const sources = await deps.oracle.accuracy(zone, deps.shutdown)
  return { zone, method: METHOD, sources: [...sources], reason: sources.length > 0 ? null : whyNotCompared(deps, zone) }
}

async function abundance(deps: GridAnswersDeps, zone: string): Promise<ZoneAbundance> {
  const { oracle, shutdown } = deps
  const [share, price] = await Promise.all([oracle.look(zone, 'renewableShare', shutdown), oracle.look(zone, 'price', shutdown)])
  const periods = [...surplusIn(share), ...curtailmentIn(share, price)].toSorted((a, b) => (a.from < b.from ? -1 : 1))
  return { zone, periods, reason: share ? null : reasonFor(deps, zone, 'renewableShare') }
}

/** Questions that cost a provider or the database something are answered from memory where they were asked just before. */
export function createGridAnswers(deps: GridAnswersDeps): GridAnswers {
  const { oracle, clock, lookup, directory, shutdown } = deps
  const pasts = createRemembered<Signal>({ clock, keepMs: TEN_MINUTES_MS, most: 64, perMinute: 20 })
  const errors = createRemembered<ZoneAccuracy>({ clock, keepMs: TEN_MINUTES_MS, most: 500, perMinute: 60 })
  return {
    zones: () => listZones(deps),
    async find(question) {
      const found = await lookup(question)
      return { ...found, name: nameOfZone(found.zone, directory) }
    },
    signal: (zone) => oracle.signal(zone, shutdown),
    signalOf: (zone, kind) => signalOf(deps, zone, kind),
    async history(zone, asked) {
      checkZone(deps, zone)
      const { from, to } = await stretchOf(deps, zone, asked)
      return pasts(`${zone} ${from} ${to}`, () => oracle.actuals(zone, from, to, shutdown))
    },
    async accuracy(zone) {
      checkZone(deps, zone)
      return errors(zone, () => accuracy(deps, zone))
    },
    abundance: (zone) => abundance(deps, zone),
  }
}
