import { type Range, defaultRangeExtractor, measureElement, useWindowVirtualizer } from '@tanstack/react-virtual'
import { type FocusEvent, type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import { cx } from '../lib/cx.ts'
import { type Column, type Row, classOf } from './ledger-table.tsx'
import css from './ledger-table.module.css'

/** What a list can be asked to do from outside. */
export interface TableReach {
  /** Brings a row into sight and gives the focus to its name. */
  readonly focusRow: (index: number) => void
}

interface VirtualTableProps {
  readonly caption: string
  readonly columns: readonly Column[]
  /** How many rows there are, as far as they were loaded. */
  readonly count: number
  readonly rowAt: (index: number) => Row
  /** There are more that have not been loaded. */
  readonly hasMore?: boolean
  /** Called once somebody has scrolled to where the last rows are nearly in sight. */
  readonly loadMore?: () => void
  /** Told which rows are in sight whenever others come to be. */
  readonly onSeen?: (first: number, last: number) => void
  readonly reach?: Ref<TableReach>
}

const ROW_PX = 57
/** Rows that are built beyond what is in sight, above and below. */
const BEYOND = 12

/** An account book of any length: only what is in sight is built. The whole page scrolls, and a row that has the focus stays. */
export function VirtualTable({ caption, columns, count, rowAt, hasMore = false, loadMore, onSeen, reach }: VirtualTableProps) {
  const table = useRef<HTMLTableElement>(null)
  const top = useTopOf(table)
  const [focused, setFocused] = useState<number | null>(null)
  const wanted = useRef<number | null>(null)
  const [typical] = useState(typicalRow)
  // Nothing here is remembered from one drawing to the next, so a function that changes unseen does no harm.
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: typical.estimate,
    measureElement: (element, entry, instance) => typical.learn(measureElement(element, entry, instance)),
    overscan: BEYOND,
    scrollMargin: top,
    rangeExtractor: (range) => rowsToBuild(range, focused),
  })
  const items = virtual.getVirtualItems()
  // Whoever has not scrolled has a button for that.
  const nearEnd = (virtual.range?.startIndex ?? 0) > BEYOND && (virtual.range?.endIndex ?? 0) + BEYOND >= count - BEYOND
  useEffect(() => {
    if (nearEnd && hasMore) loadMore?.()
  }, [nearEnd, hasMore, loadMore, count])
  const { startIndex = 0, endIndex = 0 } = virtual.range ?? {}
  useEffect(() => onSeen?.(startIndex, endIndex), [onSeen, startIndex, endIndex])
  useImperativeHandle(reach, () => ({
    focusRow(index) {
      wanted.current = index
      setFocused(index)
      virtual.scrollToIndex(index, { align: 'auto' })
    },
  }))
  // Only once the row is built can it take the focus.
  useEffect(() => {
    if (wanted.current === null || !giveFocus(table.current, wanted.current)) return
    wanted.current = null
  })
  return (
    <div className={css['wrap']}>
      {/* How many there are is not known while there are more: -1 says so. */}
      <table ref={table} className={css['table']} aria-rowcount={hasMore ? -1 : count + 1}>
        <caption className="sr-only">{caption}</caption>
        <Head columns={columns} />
        {/* Listens to its links: nothing happens on the rows themselves. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <tbody onFocus={(event) => setFocused(indexOf(event))} onBlur={() => setFocused(null)}>
          {items.flatMap(({ index, start }, position) => {
            const row = rowAt(index)
            return [
              <Gap key={`before ${row.key}`} px={start - (items[position - 1]?.end ?? top)} columns={columns.length} />,
              <BodyRow key={row.key} measure={virtual.measureElement} index={index} columns={columns} row={row} />,
            ]
          })}
          <Gap px={virtual.getTotalSize() + top - (items.at(-1)?.end ?? top)} columns={columns.length} />
        </tbody>
      </table>
    </div>
  )
}

/** So many rows say how high a row is. */
const LEARNED_ROWS = 9

/**
 * How high rows are that were never built: as the first ones that were. Where that is right, a row that comes into sight moves none of those behind it, of
 * which there may be a hundred thousand.
 */
function typicalRow() {
  const seen: number[] = []
  let px = ROW_PX
  return {
    estimate: () => px,
    learn(size: number): number {
      if (size > 0 && seen.length < LEARNED_ROWS) {
        seen.push(size)
        px = seen.toSorted((a, b) => a - b)[seen.length >> 1] ?? ROW_PX
      }
      return size
    },
  }
}

/** Whether a row was there to take the focus. */
function giveFocus(table: HTMLTableElement | null, index: number): boolean {
  const row = table?.querySelector(`tr[data-index="${index}"]`)
  const name = row?.querySelector<HTMLElement>('a,button')
  name?.focus({ preventScroll: true })
  return row !== null && row !== undefined
}

/** Where the table begins on the page, px; what stands above it may grow and shrink. */
function useTopOf(table: React.RefObject<HTMLTableElement | null>): number {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const measure = () => {
      if (table.current) setTop(Math.round(table.current.getBoundingClientRect().top + window.scrollY))
    }
    measure()
    const watcher = new ResizeObserver(measure)
    watcher.observe(document.body)
    return () => watcher.disconnect()
  }, [table])
  return top
}

/**
 * Those in sight, and the one that has the focus. While none has it, the first and the last as well, so that Tab from above and Shift+Tab from below come to them
 * wherever the page is; a walk through the rows must meet them in their order.
 */
const rowsToBuild = (range: Range, focused: number | null): number[] => {
  const edges = range.count === 0 ? [] : [0, range.count - 1]
  const kept = focused === null || focused >= range.count ? edges : [focused]
  return [...new Set([...defaultRangeExtractor(range), ...kept])].toSorted((a, b) => a - b)
}

function indexOf({ target }: FocusEvent): number | null {
  const index = target.closest('tr')?.dataset['index']
  return index === undefined ? null : Number(index)
}

const Head = ({ columns }: { columns: readonly Column[] }) => (
  <thead>
    <tr aria-rowindex={1}>
      {columns.map((column) => (
        <th key={column.name} scope="col" className={classOf(column)}>
          {column.name}
        </th>
      ))}
    </tr>
  </thead>
)

/** The room of rows that are not built. */
const Gap = ({ px, columns }: { px: number; columns: number }) =>
  px < 1 ? null : (
    <tr className={css['gap']} aria-hidden="true">
      {/* oxlint-disable-next-line jsx-a11y/control-has-associated-label -- holds nothing, and is hidden */}
      <td colSpan={columns}>
        <svg width="1" height={Math.round(px)} focusable="false" />
      </td>
    </tr>
  )

interface BodyRowProps {
  readonly measure: (element: Element | null) => void
  readonly index: number
  readonly columns: readonly Column[]
  readonly row: Row
}

const BodyRow = ({ measure, index, columns, row: { cells, live } }: BodyRowProps) => {
  const [name, ...rest] = cells
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} className={cx(live && css['live'])}>
      <th scope="row">{name}</th>
      {columns.slice(1).map((column, position) => (
        <td key={column.name} className={classOf(column)} data-name={column.name}>
          {rest[position]}
        </td>
      ))}
    </tr>
  )
}
