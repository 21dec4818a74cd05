import type { Signal, SignalKind } from '../../../shared/contract/wire.ts'
import { halfHourCeil, halfHourFloor, halfHourStarts } from '../../../shared/domain/half-hours.ts'
import { HALF_HOUR_MS, epochMs, toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { GridProvider, ProviderId, SignalQuery } from './provider.ts'

interface FakeProviderOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly id: ProviderId
  readonly zones: readonly string[]
  readonly kind?: SignalKind
  /** How far beyond now it knows something; negative for one that measures late. */
  readonly aheadMs: number
}

interface FakeProvider extends GridProvider {
  /** Every question, in order. */
  readonly asked: SignalQuery[]
  /** From now on every question fails with these words; `null` answers again. */
  readonly fail: (message: string | null) => void
  /** From now on every answer is about another time. */
  readonly shift: (ms: number) => void
  /** From now on every answer was issued so much earlier. */
  readonly age: (ms: number) => void
  /** From now on nothing before this moment is known. */
  readonly since: (at: number) => void
}

/** By the hour of the day, so that every day is alike. */
const valueAt = (at: number): number => 200 + 50 * Math.sin((at / 86_400_000) * 2 * Math.PI)

function signalOf({ clock, id, kind = 'average' }: FakeProviderOptions, zone: string, starts: readonly number[]): Signal {
  const body = `${zone} ${starts[0]} ${starts.length} ${clock.now()}`
  return {
    zone,
    kind,
    basis: kind === 'average' ? 'direct' : null,
    unit: kind === 'price' ? 'minor/kWh' : 'gCO2/kWh',
    price: kind === 'price' ? { currency: 'EUR', market: 'wholesale' } : null,
    source: `Fake ${id}`,
    origin: 'live',
    recordedOn: null,
    issuedAt: toIso(clock.now()),
    estimated: false,
    bodySha256: sha256Hex(body),
    attribution: 'Nobody',
    points: starts.map((at) => ({
      from: toIso(at),
      to: toIso(at + HALF_HOUR_MS),
      value: valueAt(at),
      forecast: kind !== 'price' && at + HALF_HOUR_MS > clock.now(),
    })),
  }
}

/** A provider of one quantity that knows every half hour up to `aheadMs` beyond now, and says something new each half hour. */
export function createFakeProvider(options: FakeProviderOptions): FakeProvider {
  const { clock, id, zones, kind = 'average', aheadMs } = options
  const asked: SignalQuery[] = []
  let failure: string | null = null
  let shiftMs = 0
  let ageMs = 0
  let earliest = -Infinity
  return {
    id,
    name: `The fake ${id}`,
    asked,
    fail: (message) => (failure = message),
    shift: (ms) => (shiftMs = ms),
    age: (ms) => (ageMs = ms),
    since: (at) => (earliest = at),
    serves: (zone, asks) => asks === kind && zones.includes(zone),
    async read(query, abort) {
      abort.throwIfAborted()
      asked.push(query)
      await Promise.resolve()
      if (failure !== null) throw new Error(failure)
      const from = halfHourFloor(Math.max(query.from, earliest))
      const to = Math.min(halfHourCeil(query.to), halfHourFloor(clock.now() + aheadMs))
      if (to <= from) return null
      const signal = signalOf(
        options,
        query.zone,
        halfHourStarts(from, to).map((at) => at + shiftMs),
      )
      return ageMs === 0 ? signal : { ...signal, issuedAt: toIso(clock.now() - ageMs) }
    },
    nextIssueAt: (_, at) => epochMs(halfHourFloor(at) + HALF_HOUR_MS),
  }
}
