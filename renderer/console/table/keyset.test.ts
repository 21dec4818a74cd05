import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Page, type Rows, allRows, appended, noRows, partOf, replaced, rowAt } from './keyset.ts'

interface Row {
  readonly id: number
  readonly seen: number
}

const keyOf = ({ id }: Row): string => String(id)
const LIMIT = 5

/** A list as a coordinator has it, highest id first. */
const pageFrom = (list: readonly Row[], cursor: string | null): Page<Row> => {
  const rest = list.filter(({ id }) => cursor === null || id < Number(cursor))
  const items = rest.slice(0, LIMIT)
  return { items, next: rest.length > LIMIT ? String(items.at(-1)?.id) : null }
}

const begun = (list: readonly Row[], pages: number): Rows<Row> => {
  let rows: Rows<Row> = appended(noRows, null, pageFrom(list, null))
  for (let page = 1; page < pages && rows.next !== null; page++) rows = appended(rows, rows.next, pageFrom(list, rows.next))
  return rows
}

const listOf = (ids: readonly number[], seen = 0): Row[] => [...new Set(ids)].toSorted((a, b) => b - a).map((id) => ({ id, seen }))

test('what comes to the top is shown there, and what it pushes off the page stays', () => {
  const rows = begun(listOf(Array.from({ length: 20 }, (_, id) => id)), 3)
  const now = listOf(
    Array.from({ length: 22 }, (_, id) => id),
    1,
  )
  const next = replaced(rows, { index: 0, page: pageFrom(now, null), keyOf })
  expect(allRows(next).map(({ id }) => id)).toEqual(Array.from({ length: 17 }, (_, index) => 21 - index))
})

test('what has left the list is gone, and what moved up is not shown twice', () => {
  const rows = begun(listOf(Array.from({ length: 20 }, (_, id) => id)), 3)
  const now = listOf(
    Array.from({ length: 20 }, (_, id) => id).filter((id) => id !== 18 && id !== 16),
    1,
  )
  const next = replaced(rows, { index: 0, page: pageFrom(now, null), keyOf })
  expect(allRows(next).map(({ id }) => id)).toEqual([19, 17, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5])
})

test('after more than a page of news the list begins anew, without a hole', () => {
  const rows = begun(listOf(Array.from({ length: 20 }, (_, id) => id)), 3)
  const next = replaced(rows, { index: 0, page: pageFrom(listOf(Array.from({ length: 40 }, (_, id) => id)), null), keyOf })
  expect(allRows(next).map(({ id }) => id)).toEqual([39, 38, 37, 36, 35])
  expect(next.next).toBe('35')
})

test('whatever comes and goes, no row is shown twice, the order holds, and no row that stayed is lost in between', () => {
  const ids = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 50 })
  fc.assert(
    fc.property(ids, ids, fc.integer({ min: 1, max: 6 }), fc.nat(), (before, after, pages, seed) => {
      const rows = begun(listOf(before), pages)
      const index = seed % rows.parts.length
      const now = listOf([...after.map((id) => id + 30), ...before.filter((id) => id % 3 !== 0)], 1)
      const cursor = rows.parts[index]?.cursor ?? null
      const next = replaced(rows, { index, page: pageFrom(now, cursor), keyOf })
      const shown = allRows(next).map(({ id }) => id)
      expect(shown).toEqual([...new Set(shown)].toSorted((a, b) => b - a))
      // From the first row on down to the last one shown, whatever was there before and still is, is shown.
      const stayed = now
        .map(({ id }) => id)
        .filter((id) => before.includes(id) && id >= (shown.at(-1) ?? Infinity) && allRows(rows).some((row) => row.id === id))
      for (const id of stayed) expect(shown).toContain(id)
      shown.forEach((id, at) => expect(rowAt(next, at)?.id).toBe(id))
      expect(next.parts.every((part, at) => part.items.length === 0 || partOf(next, part.start) >= at)).toBe(true)
    }),
  )
})
