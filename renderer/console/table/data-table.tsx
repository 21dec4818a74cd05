import { type ReactNode, useRef, useState } from 'react'
import { cx } from '../../lib/cx.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import type { Row } from '../../ui/ledger-table.tsx'
import { type TableReach, VirtualTable } from '../../ui/virtual-table.tsx'
import { Answered } from '../answered.tsx'
import { ColumnsMenu } from './columns-menu.tsx'
import { CsvButton } from './csv-button.tsx'
import type { DataColumn } from './data-column.ts'
import css from './data-table.module.css'
import { type Rows, rowAt } from './keyset.ts'
import type { Selection } from './selection.ts'
import type { LoadedRows } from './use-rows.ts'
import { useTableKeys } from './use-table-keys.ts'

interface DataTableProps<T> {
  /** What the rows are, in the plural and without a capital: “nodes”. Names the file, too. */
  readonly what: string
  readonly source: LoadedRows<T>
  /** The first one names the row and has its link. */
  readonly columns: readonly DataColumn<T>[]
  readonly keyOf: (row: T) => string
  /** What stands there when nothing is there, and what to do next. */
  readonly empty: { readonly title: string; readonly text: ReactNode }
  /** Whether filters keep rows out of sight, and how to let them back. */
  readonly narrowed?: { readonly isNarrowed: boolean; readonly clear: () => void }
  readonly selection?: Selection
  /** What can be done with the rows that were picked. */
  readonly acts?: ReactNode
}

/** A list of the console: of any length, by keyboard, with the columns one wants, and as a file. */
export function DataTable<T>({ what, source, columns, keyOf, empty, narrowed, selection, acts }: DataTableProps<T>) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => new Set(columns.filter((column) => column.hidden).map(({ name }) => name)))
  const shown = columns.filter(({ name }, index) => index === 0 || !hidden.has(name))
  return (
    <Answered query={{ ...source, data: source.rows }} what={what}>
      {(rows) =>
        rows.count === 0 && rows.next === null ? (
          <Nothing what={what} empty={empty} narrowed={narrowed} />
        ) : (
          <div className={css['table']}>
            <div className={css['bar']}>
              <p className={css['count']}>{countOf(rows)}</p>
              {acts}
              <span className={css['tools']}>
                <ColumnsMenu columns={columns.slice(1)} hidden={hidden} change={setHidden} />
                <CsvButton what={what} source={source} columns={shown} />
              </span>
            </div>
            <RowsOf what={what} source={source} rows={rows} columns={shown} keyOf={keyOf} selection={selection} />
          </div>
        )
      }
    </Answered>
  )
}

const countOf = ({ count, next }: Rows<unknown>): string => {
  const shown = new Intl.NumberFormat('en-GB').format(count)
  return next === null ? `${shown} ${count === 1 ? 'row' : 'rows'}` : `${shown} rows so far, more below`
}

type NothingProps = Pick<DataTableProps<never>, 'what' | 'empty'> & { readonly narrowed: DataTableProps<never>['narrowed'] | undefined }

const Nothing = ({ what, empty, narrowed }: NothingProps) =>
  narrowed?.isNarrowed ? (
    <>
      <EmptyState title={`No ${what} match.`}>Nothing is like what you look for. Look for less, or show all.</EmptyState>
      <p>
        <Button onClick={narrowed.clear}>Show all {what}</Button>
      </p>
    </>
  ) : (
    <EmptyState title={empty.title}>{empty.text}</EmptyState>
  )

interface RowsOfProps<T> extends Pick<DataTableProps<T>, 'what' | 'source' | 'columns' | 'keyOf'> {
  readonly rows: Rows<T>
  readonly selection: Selection | undefined
}

function RowsOf<T>({ what, source, rows, columns, keyOf, selection }: RowsOfProps<T>) {
  const reach = useRef<TableReach>(null)
  const place = useRef<HTMLDivElement>(null)
  const keyAt = (index: number): string | null => {
    const row = rowAt(rows, index)
    return row === undefined ? null : keyOf(row)
  }
  useTableKeys(place, { count: rows.count, focusRow: (index) => reach.current?.focusRow(index), toggle: (index) => toggle(selection, keyAt(index)) })
  const built = (index: number): Row => {
    const row = rowAt(rows, index)
    if (row === undefined) return { key: `gone ${index}`, cells: [] }
    const key = keyOf(row)
    const cells = columns.map((column, position) =>
      position === 0 && selection ? (
        <Pick key="pick" {...{ what, selection, rowKey: key }}>
          {column.cell(row)}
        </Pick>
      ) : (
        column.cell(row)
      ),
    )
    return { key, cells, live: selection?.keys.has(key) ?? false }
  }
  return (
    <div ref={place}>
      <VirtualTable
        caption={what}
        columns={columns}
        count={rows.count}
        rowAt={built}
        hasMore={rows.next !== null}
        loadMore={() => void source.loadMore()}
        onSeen={source.see}
        reach={reach}
      />
      <More source={source} rows={rows} />
    </div>
  )
}

const toggle = (selection: Selection | undefined, key: string | null): void => {
  if (key !== null) selection?.toggle(key)
}

interface PickProps {
  readonly selection: Selection
  readonly rowKey: string
  readonly children: ReactNode
}

/** The name of a row, with what picks it. */
const Pick = ({ selection, rowKey, children }: PickProps) => (
  <span className={css['pick']}>
    <input type="checkbox" aria-label={`Pick ${rowKey}`} checked={selection.keys.has(rowKey)} onChange={() => selection.toggle(rowKey)} />
    <span>{children}</span>
  </span>
)

/** The rows behind the last one, for whoever has not scrolled there, and why they did not come. */
function More<T>({ source, rows }: { readonly source: LoadedRows<T>; readonly rows: Rows<T> }) {
  if (rows.next === null) return null
  return (
    <div className={css['more']}>
      {source.moreError ? (
        <p role="alert" className={cx(css['problem'])}>
          More rows could not be loaded. <ErrorText error={source.moreError} />
        </p>
      ) : null}
      <Button onClick={() => void source.loadMore()} unavailable={source.isLoadingMore}>
        {source.isLoadingMore ? 'Loading…' : source.moreError ? 'Try again' : 'Show more'}
      </Button>
    </div>
  )
}
