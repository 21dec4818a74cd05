/** Rows that come page by page, newest first, by a cursor that says where the page before ended. */

export interface Page<T> {
  readonly items: readonly T[]
  /** Where the next page begins; `null` for the last one. */
  readonly next: string | null
}

interface Part<T> extends Page<T> {
  /** What this page was asked for by; `null` for the first. */
  readonly cursor: string | null
  /** Rows before it. */
  readonly start: number
}

/** Rows as far as they were loaded, in their order, each once. */
export interface Rows<T> {
  readonly parts: readonly Part<T>[]
  readonly count: number
  /** Where more begin; `null` if there are no more. */
  readonly next: string | null
}

export const noRows = { parts: [], count: 0, next: null } as const satisfies Rows<never>

function numbered<T>(parts: readonly Omit<Part<T>, 'start'>[]): Rows<T> {
  let count = 0
  const placed = parts.map((part) => {
    const start = count
    count += part.items.length
    return { ...part, start }
  })
  return { parts: placed, count, next: placed.at(-1)?.next ?? null }
}

/** Rows with one more page behind them. */
export const appended = <T>(rows: Rows<T>, cursor: string | null, page: Page<T>): Rows<T> => numbered([...rows.parts, { ...page, cursor }])

/**
 * Rows with one page as it is now. The pages behind it keep their cursors, so what has moved beyond its end stays until it is seen again: no row is shown
 * twice, and none that is still there is lost.
 */
export function replaced<T>(
  rows: Rows<T>,
  { index, page, keyOf }: { readonly index: number; readonly page: Page<T>; readonly keyOf: (row: T) => string },
): Rows<T> {
  const before = rows.parts[index]
  if (!before) return rows
  // A search may answer with nothing before it has looked everywhere: that says nothing of what is here.
  if (page.items.length === 0 && page.next !== null) return rows
  const behind = rows.parts.slice(index + 1)
  if (behind.length === 0) return numbered([...rows.parts.slice(0, index), { ...page, cursor: before.cursor }])
  const elsewhere = new Set(behind.flatMap(({ items }) => items.slice(0, page.items.length)).map(keyOf))
  const overlap = page.items.findIndex((row) => elsewhere.has(keyOf(row)))
  if (overlap !== -1) return numbered(rows.parts.with(index, { ...before, items: page.items.slice(0, overlap), start: 0 }))
  const last = page.items.at(-1)
  const at = last === undefined ? -1 : before.items.findIndex((row) => keyOf(row) === keyOf(last))
  // So much is new that nothing of before is in it: what lies between is not known, and the list begins anew there.
  if (last !== undefined && at === -1 && page.next !== before.next) return numbered([...rows.parts.slice(0, index), { ...page, cursor: before.cursor }])
  const pushedOut = at === -1 ? [] : before.items.slice(at + 1)
  return numbered(rows.parts.with(index, { ...before, items: [...page.items, ...pushedOut], start: 0 }))
}

/** The page that a row is on. */
export function partOf<T>({ parts }: Rows<T>, index: number): number {
  let [low, high] = [0, parts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((parts[middle]?.start ?? 0) <= index) low = middle
    else high = middle - 1
  }
  return low
}

export function rowAt<T>(rows: Rows<T>, index: number): T | undefined {
  const part = rows.parts[partOf(rows, index)]
  return part?.items[index - part.start]
}

/** Every row, for what needs them all. */
export const allRows = <T>({ parts }: Rows<T>): readonly T[] => parts.flatMap(({ items }) => items)
