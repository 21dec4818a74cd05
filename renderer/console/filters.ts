import { useMemo } from 'react'
import { replaceQuery, useQueryText } from './routes.ts'

/** What a list can be narrowed by: its name in the address, and which texts it may be. */
interface FilterKind {
  /** Several at a time, of these. Nothing chosen: all. */
  readonly choices?: readonly string[]
  /** Text that is typed. Longer than this is cut. */
  readonly maxLength?: number
}

export type FilterKinds = Readonly<Record<string, FilterKind>>

export interface Filters<K extends FilterKinds> {
  /** Texts chosen for a filter; empty: it is not narrowed by. */
  readonly all: (name: keyof K & string) => readonly string[]
  /** The text of a filter that has one; `null`: it is not narrowed by. */
  readonly one: (name: keyof K & string) => string | null
  /** Takes a filter's texts into the address; empty ones are no texts. */
  readonly set: (name: keyof K & string, values: readonly string[]) => void
  readonly clear: () => void
  readonly isNarrowed: boolean
  /** The same text for the same filters, for a query's key. */
  readonly key: string
}

const MAX_TEXT = 120

/** What of an address is understood; the rest counts as if it were not there. */
export function readFilters(kinds: FilterKinds, text: string): Readonly<Record<string, readonly string[]>> {
  const query = new URLSearchParams(text)
  return Object.fromEntries(
    Object.entries(kinds).map(([name, { choices, maxLength = MAX_TEXT }]) => {
      const given = choices ? query.getAll(name).flatMap((value) => value.split(',')) : query.getAll(name).slice(0, 1)
      const known = given.map((value) => value.trim().slice(0, maxLength)).filter((value) => value !== '' && (!choices || choices.includes(value)))
      return [name, [...new Set(known)]]
    }),
  )
}

/** The address of what is looked for: filters of this page are changed, the rest of it stays. */
export function withFilter(text: string, name: string, values: readonly string[]): URLSearchParams {
  const query = new URLSearchParams(text)
  query.delete(name)
  const given = values.map((value) => value.trim()).filter((value) => value !== '')
  if (given.length > 0) query.set(name, given.join(','))
  return query
}

/** The filters of the page one is on. They live in the address and nowhere else, so that a link shows what was seen. */
export function useFilters<const K extends FilterKinds>(kinds: K): Filters<K> {
  const text = useQueryText()
  return useMemo(() => {
    const values = readFilters(kinds, text)
    const all = (name: string) => values[name] ?? []
    return {
      all,
      one: (name) => all(name)[0] ?? null,
      set: (name, chosen) => replaceQuery(withFilter(text, name, chosen)),
      clear: () => replaceQuery(Object.keys(kinds).reduce((query, name) => withFilter(query.toString(), name, []), new URLSearchParams(text))),
      isNarrowed: Object.values(values).some((chosen) => chosen.length > 0),
      key: JSON.stringify(values),
    }
  }, [kinds, text])
}
