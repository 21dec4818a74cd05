/**
 * Counters, gauges and histograms in the text format of Prometheus, version 0.0.4. What a label may say is written beside it, so that nothing from
 * outside, such as the id of a node or a path, can become a series of its own.
 */

/** The values of a label: those that there are, or how many there may be. Any other one is told as `other`. */
export type LabelValues = readonly string[] | number
type Labels = Readonly<Record<string, LabelValues>>
type Values<L extends Labels> = { readonly [K in keyof L]: string }

type MetricType = 'counter' | 'gauge' | 'histogram'

export interface Metric<L extends Labels = Labels> {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly labels: L
  /** Its samples, one per line. */
  readonly lines: () => readonly string[]
}

export interface Counter<L extends Labels> extends Metric<L> {
  readonly add: (values: Values<L>, by?: number) => void
  /** For what is counted elsewhere: the number so far, which never falls. */
  readonly reach: (values: Values<L>, total: number) => void
}
export interface Gauge<L extends Labels> extends Metric<L> {
  readonly set: (values: Values<L>, value: number) => void
  readonly add: (values: Values<L>, by: number) => void
  /** Forgets every series, so that what is no longer there is not told either. Those whose values are all known start at 0. */
  readonly reset: () => void
}
export interface Histogram<L extends Labels> extends Metric<L> {
  readonly observe: (values: Values<L>, value: number) => void
}

interface Told<L extends Labels> {
  readonly name: string
  readonly help: string
  readonly labels: L
}

export const OTHER = 'other'
/** A metric with at most so many known series shows all of them from the start: a rate needs a sample before the first event. */
const MOST_AT_START = 100

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

/** Every combination of the known values; none if a label has values that are not known yet. */
function known(labels: Labels): string[][] {
  let all: string[][] = [[]]
  for (const values of Object.values(labels)) all = typeof values === 'number' ? [] : all.flatMap((before) => values.map((value) => [...before, value]))
  return all.length > MOST_AT_START ? [] : all
}

/** One thing per combination of labels. */
function createSeries<L extends Labels, S>(labels: L, make: () => S) {
  const names = Object.keys(labels)
  const series = new Map<string, { readonly text: string; readonly state: S }>()
  const taken = new Map(names.map((name) => [name, new Set<string>()]))
  const bounded = (name: string, value: string): string => {
    const allowed = labels[name]
    if (typeof allowed !== 'number') return allowed?.includes(value) === true ? value : OTHER
    const seen = taken.get(name)
    if (seen === undefined || (!seen.has(value) && seen.size >= allowed)) return OTHER
    seen.add(value)
    return value
  }
  const keep = (values: readonly string[]): S => {
    const key = values.join('\n')
    const found = series.get(key)
    if (found) return found.state
    const made = { text: names.map((name, i) => `${name}="${escaped(values[i] ?? '')}"`).join(','), state: make() }
    series.set(key, made)
    return made.state
  }
  const start = () => known(labels).forEach(keep)
  start()
  return {
    of(values: Values<L>): S {
      const said = names.map((name) => values[name] ?? '')
      return series.get(said.join('\n'))?.state ?? keep(said.map((value, i) => bounded(names[i] ?? '', value)))
    },
    all: (): Iterable<{ readonly text: string; readonly state: S }> => series.values(),
    reset() {
      series.clear()
      start()
    },
  }
}

const sample = (name: string, labels: string, value: number): string => `${name}${labels === '' ? '' : `{${labels}}`} ${value}`

interface Cell {
  value: number
}

export function counter<const L extends Labels>(told: Told<L>): Counter<L> {
  const series = createSeries(told.labels, (): Cell => ({ value: 0 }))
  return {
    ...told,
    type: 'counter',
    add(values, by = 1) {
      series.of(values).value += by
    },
    reach(values, total) {
      const cell = series.of(values)
      cell.value = Math.max(cell.value, total)
    },
    lines: () => [...series.all()].map(({ text, state }) => sample(told.name, text, state.value)),
  }
}

export function gauge<const L extends Labels>(told: Told<L>): Gauge<L> {
  const series = createSeries(told.labels, (): Cell => ({ value: 0 }))
  return {
    ...told,
    type: 'gauge',
    set(values, value) {
      series.of(values).value = value
    },
    add(values, by) {
      series.of(values).value += by
    },
    reset: () => series.reset(),
    lines: () => [...series.all()].map(({ text, state }) => sample(told.name, text, state.value)),
  }
}

interface Observed {
  readonly counts: number[]
  sum: number
}

/** `buckets` are upper bounds, rising; what is above all of them is counted too. */
export function histogram<const L extends Labels>({ buckets, ...told }: Told<L> & { readonly buckets: readonly number[] }): Histogram<L> {
  const series = createSeries(told.labels, (): Observed => ({ counts: Array<number>(buckets.length + 1).fill(0), sum: 0 }))
  const linesOf = ({ text, state }: { readonly text: string; readonly state: Observed }): string[] => {
    let total = 0
    const between = text === '' ? '' : `${text},`
    const counted = [...buckets.map(String), '+Inf'].map((bound, i) => {
      total += state.counts[i] ?? 0
      return sample(`${told.name}_bucket`, `${between}le="${bound}"`, total)
    })
    return [...counted, sample(`${told.name}_sum`, text, state.sum), sample(`${told.name}_count`, text, total)]
  }
  return {
    ...told,
    type: 'histogram',
    observe(values, value) {
      const state = series.of(values)
      const found = buckets.findIndex((bound) => value <= bound)
      const bucket = found < 0 ? buckets.length : found
      state.counts[bucket] = (state.counts[bucket] ?? 0) + 1
      state.sum += value
    },
    lines: () => [...series.all()].flatMap(linesOf),
  }
}

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** All of them as Prometheus reads them. */
export const exposition = (metrics: readonly Metric[]): string =>
  `${metrics.flatMap(({ name, type, help, lines }) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines()]).join('\n')}\n`
