import css from './data-details.module.css'
import { Disclosure } from './disclosure.tsx'

type Rows = readonly (readonly string[])[]

interface DataDetailsProps {
  /** Under which the window remembers that it is open. */
  readonly name: string
  readonly summary: string
  readonly head: readonly string[]
  /** Made only while somebody reads them, where that costs something. */
  readonly rows: Rows | (() => Rows)
}

/** The same data as a chart, for who prefers to read it. */
export const DataDetails = ({ name, summary, head, rows }: DataDetailsProps) => (
  <Disclosure name={name} summary={summary}>
    {() => (
      // Scrolls, so the keyboard must be able to reach it.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      <section className={css['scroll']} aria-label={summary} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {head.map((cell) => (
                <th key={cell} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(typeof rows === 'function' ? rows() : rows).map((row) => (
              <tr key={row[0]}>
                {row.map((cell, index) => (
                  <td key={head[index]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    )}
  </Disclosure>
)
