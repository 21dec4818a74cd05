import type { Clock } from '../../../kernel/clock.ts'
import type { MonotonicMs } from '../../../../shared/units.ts'

/** What was read, when, and by whom. `source` is a short stable name such as `mutter`. */
export interface Reading<T> {
  readonly value: T
  readonly at: MonotonicMs
  readonly ageMs: number
  readonly source: string
}

/** `unknown`: nobody can say at present, which counts as the owner needing the machine unless the signal says otherwise. */
export type Signal<T> = Reading<T> | 'unknown'

/**
 * What one source tells of one signal. `absent`: this machine has no such source, which says nothing about the owner.
 * `failed`: it is there, or was a moment ago, and gives no answer that can be believed.
 */
export type Told<T> = { readonly value: T } | 'absent' | 'failed'

/** The same answer in other words. */
export const retell = <T, U>(told: Told<T>, say: (value: T) => U): Told<U> => (told === 'absent' || told === 'failed' ? told : { value: say(told.value) })

export interface Source<T> {
  readonly source: string
  readonly get: () => Reading<T> | 'absent' | 'failed'
}

export interface Cell<T> extends Source<T> {
  /** `false` if it is what the cell has said until now. */
  readonly put: (told: Told<T>) => boolean
}

export interface CellOptions {
  readonly source: string
  readonly clock: Pick<Clock, 'monotonic'>
  /** A value older than this says nothing about now. */
  readonly freshMs: number
  /** What a source that went quiet counts as; `failed` unless it can be gone without a word. */
  readonly whenStale?: 'absent' | 'failed'
}

const isSame = <T>(a: Told<T>, b: Told<T>): boolean => (typeof a === 'object' && typeof b === 'object' ? sameValue(a.value, b.value) : a === b)

const sameValue = (a: unknown, b: unknown): boolean =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((one, index) => one === b[index]))

/** Keeps the last word of one source, and forgets it when it is too old. */
export function createCell<T>({ source, clock, freshMs, whenStale = 'failed' }: CellOptions): Cell<T> {
  let last: { readonly told: Told<T>; readonly at: MonotonicMs } | null = null
  const get = (): Reading<T> | 'absent' | 'failed' => {
    if (last === null || last.told === 'absent') return 'absent'
    const ageMs = clock.monotonic() - last.at
    if (ageMs > freshMs) return whenStale
    return last.told === 'failed' ? 'failed' : { value: last.told.value, at: last.at, ageMs, source }
  }
  return {
    source,
    put(told) {
      const isNews = !isSame(get(), told)
      last = { told, at: clock.monotonic() }
      return isNews
    },
    get,
  }
}

export interface Rule<T> {
  /** Chooses among at least one reading. */
  readonly pick: (readings: readonly Reading<T>[]) => Reading<T>
  /** A reading that alone keeps work away: it is believed although another source fails. */
  readonly isBusy?: (value: T) => boolean
}

/**
 * One signal out of several sources. A source that fails makes the signal unknown, because it might have been the one that saw the
 * owner; so does having no source at all.
 */
export function combine<T>(sources: readonly Source<T>[], { pick, isBusy }: Rule<T>): Signal<T> {
  const told = sources.map((source) => source.get())
  const readings = told.filter((one) => one !== 'absent' && one !== 'failed')
  const busy = readings.filter(({ value }) => isBusy?.(value))
  if (busy.length > 0) return pick(busy)
  return told.includes('failed') || readings.length === 0 ? 'unknown' : pick(readings)
}

/** The first reading with the smallest of these numbers. */
export const least =
  <T>(of: (value: T) => number): Rule<T>['pick'] =>
  (readings) =>
    readings.reduce((best, next) => (of(next.value) < of(best.value) ? next : best))

/** One reading out of all, as old as the oldest of them. */
export const union =
  <T>(join: (values: readonly T[]) => T): Rule<T>['pick'] =>
  (readings) => {
    const oldest = readings.reduce((old, next) => (next.ageMs > old.ageMs ? next : old))
    return { ...oldest, value: join(readings.map(({ value }) => value)), source: readings.map(({ source }) => source).join(' + ') }
  }
