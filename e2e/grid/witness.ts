/** Hears everything that providers say, so that what the oracle says can be held against it. */
import { hashOf } from '../../main/coordinator/grid/live-signal.ts'
import type { GridProvider, SignalQuery } from '../../main/coordinator/grid/provider.ts'
import type { Signal, SignalPoint } from '../../shared/contract/wire.ts'
import { fromIso } from '../../shared/units.ts'

/** What was said of one slot. */
interface Said {
  readonly value: number | null
  readonly forecast: boolean
  readonly estimated: boolean
}

export interface Witness {
  readonly listen: (provider: GridProvider) => GridProvider
  /** Questions that went out so far. */
  readonly questions: () => number
  /** Whether the source ever said this of the slot, and whether each time it was an estimate; `null` if it never did. */
  readonly heard: (signal: Signal, point: SignalPoint) => { readonly alwaysEstimated: boolean; readonly isNewest: boolean } | null
  /** What a source is, by its words for itself. */
  readonly source: (words: string) => Pick<Signal, 'kind' | 'basis' | 'price' | 'unit'> | null
  /** Whether bytes with this hash came from a provider. */
  readonly isBody: (sha256: string) => boolean
  /** Whether the hash is that of a body that told of intensity in the zone, alone or followed by one that told of its prices. */
  readonly isBasisOfForecast: (zone: string, sha256: string) => boolean
}

/** What begins long before the stretch that was asked for was said of another time, and may not be used. */
const isAbout = ({ points: [first] }: Signal, { from }: SignalQuery): boolean => first === undefined || fromIso(first.from) >= from - 7_200_000

/** How many answers back the one is that a forecast still stands on. */
const RECENT = 12

const keyOf = ({ zone, kind, source }: Signal, { from, to }: SignalPoint): string => `${source}|${zone}|${kind}|${from}|${to}`

export function createWitness(): Witness {
  let questions = 0
  const slots = new Map<string, Said[]>()
  const sources = new Map<string, Signal>()
  const bodies = new Set<string>()
  const recent = new Map<string, string[]>()

  const hear = (signal: Signal): void => {
    sources.set(signal.source, signal)
    bodies.add(signal.bodySha256)
    const key = `${signal.zone} ${signal.kind}`
    recent.set(key, [...(recent.get(key) ?? []).slice(1 - RECENT), signal.bodySha256])
    for (const point of signal.points) {
      const said = { value: point.value, forecast: point.forecast, estimated: signal.estimated }
      const known = slots.get(keyOf(signal, point))
      if (known) known.push(said)
      else slots.set(keyOf(signal, point), [said])
    }
  }

  return {
    questions: () => questions,
    listen: (provider) => ({
      ...provider,
      async read(query, abort) {
        questions += 1
        const signal = await provider.read(query, abort)
        if (signal && isAbout(signal, query)) hear(signal)
        return signal
      },
    }),
    heard(signal, point) {
      const all = slots.get(keyOf(signal, point)) ?? []
      const same = all.filter(({ value, forecast }) => value === point.value && forecast === point.forecast)
      const newest = all.findLast(({ forecast, value }) => forecast === point.forecast && value !== null)
      return same.length === 0 ? null : { alwaysEstimated: same.every(({ estimated }) => estimated), isNewest: newest?.value === point.value }
    },
    source: (words) => sources.get(words) ?? null,
    isBody: (sha256) => bodies.has(sha256),
    isBasisOfForecast(zone, sha256) {
      const measured = recent.get(`${zone} average`) ?? []
      const prices = recent.get(`${zone} price`) ?? []
      const pairs = measured.flatMap((body) => prices.map((price) => hashOf([{ sha256: body }, { sha256: price }])))
      return [...measured, ...pairs].includes(sha256)
    },
  }
}
