import type { ReactNode } from 'react'
import type { Column } from '../../ui/ledger-table.tsx'

/** One column: what is shown of a row, and the same as plain text for a file. */
export interface DataColumn<T> extends Column {
  readonly cell: (row: T) => ReactNode
  /** Exact and without decoration: times in ISO 8601, money in micro-USD or with its currency in the column's name. */
  readonly text: (row: T) => string
  /** What the numbers of `text` count, for the file. */
  readonly unit?: string
  /** Not shown until it is asked for. */
  readonly hidden?: boolean
}
