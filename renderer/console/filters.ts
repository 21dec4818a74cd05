import { useMemo } from 'react'
import type { z } from 'zod'
import { replaceQuery, useQueryText } from './routes.ts'

/** What a text has to look like to be meant. */
export interface FilterShape {
  /** What the call takes is what comes out of it. */
  readonly schema: z.ZodType<string>
  /** Completes “write …”. */
  readonly like: string
}

/** What a list can be narrowed by: its name in the address, and which texts it may be. */
interface FilterKind {
  /** Several at a time, of these. Nothing chosen: all. */
  readonly choices?: readonly string[]
  /** Text that is typed. Longer than this is cut. */
  readonly maxLength?: number
  /** Text of another shape narrows nothing, and whoever typed it is told. */
  readonly shape?: FilterShape
}

export type FilterKinds = Readonly<Record<string, FilterKind>>

export interface Filters<K extends FilterKinds> {
  /** Texts chosen for a filter; empty: it is not narrowed by. */
  readonly all: (name: keyof K & string) => readonly string[]
  /** The text of a filter that has one, as calls take it; `null`: it is not narrowed by. */
  readonly one: (name: keyof K & string) => string | null
  /** What stands in the field of a filter, understood or not. */
  readonly typed: (name: keyof K & string) => string
  /** What was typed and cannot be meant. */
  readonly odd: readonly OddText[]
  /** Takes a filter's texts into the address; empty ones are no texts. */
  readonly set: (name: keyof K & string, values: readonly string[]) => void
  readonly clear: () => void
  readonly isNarrowed: boolean
  /** The same text for the same filters, for a query's key. */
  readonly key: string
}

export interface OddText {
  /** Of the filter. */
  readonly name: string
  readonly text: string
  readonly like: string
}

const MAX_TEXT = 120

/** What cannot be meant, of what an address holds. */
export const oddTexts = (kinds: FilterKinds, values: Readonly<Record<string, readonly string[]>>): readonly OddText[] =>
  Object.entries(kinds).flatMap(([name, { shape }]) =>
    shape === undefined ? [] : (values[name] ?? []).flatMap((text) => (shape.schema.safeParse(text).success ? [] : [{ name, text, like: shape.like }])),
  )

const meant = (shape: FilterShape | undefined, text: string | undefined): string | null =>
  text === undefined ? null : shape === undefined ? text : (shape.schema.safeParse(text).data ?? null)

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
export function useFilters<K extends FilterKinds>(kinds: K): Filters<K> {
  const text = useQueryText()
  return useMemo(() => {
    const values = readFilters(kinds, text)
    const all = (name: string) => values[name] ?? []
    return {
      all,
      one: (name) => meant(kinds[name]?.shape, all(name)[0]),
      typed: (name) => all(name)[0] ?? '',
      odd: oddTexts(kinds, values),
      set: (name, chosen) => replaceQuery(withFilter(text, name, chosen)),
      clear: () => replaceQuery(Object.keys(kinds).reduce((query, name) => withFilter(query.toString(), name, []), new URLSearchParams(text))),
      isNarrowed: Object.values(values).some((chosen) => chosen.length > 0),
      key: JSON.stringify(values),
    }
  }, [kinds, text])
}
