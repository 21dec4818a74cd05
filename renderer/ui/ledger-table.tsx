import type { ReactNode } from 'react'
import { cx } from '../lib/cx.ts'
import css from './ledger-table.module.css'

export interface Column {
  readonly name: string
  readonly align?: 'end'
  /** `wide`: only where there is room; the detail page has it too. */
  readonly show?: 'wide'
}

export interface Row {
  readonly key: string
  readonly cells: readonly ReactNode[]
  /** Marked as what goes on now. A cell of it must say so, too. */
  readonly live?: boolean
}

interface LedgerTableProps {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

export const classOf = ({ align, show }: Column): string => cx(align === 'end' && css['end'], show === 'wide' && css['wide'])

/** Rows of an account book. The first cell names its row. */
export const LedgerTable = ({ caption, columns, rows }: LedgerTableProps) => (
  <div className={css['wrap']}>
    <table className={css['table']}>
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" className={classOf(column)}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells: [name, ...cells], live }) => (
          <tr key={key} className={cx(live && css['live'])}>
            <th scope="row">{name}</th>
            {columns.slice(1).map((column, index) => (
              <td key={column.name} className={classOf(column)} data-name={column.name}>
                {cells[index]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

/** The second line inside a cell. */
export const Sub = ({ children }: { children: ReactNode }) => <span className={css['sub']}>{children}</span>
