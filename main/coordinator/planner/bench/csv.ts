import { readFileSync } from 'node:fs'
import { WindfallError } from '../../../../shared/errors.ts'

/** A row of a table of times and numbers. */
export interface Row {
  /** Epoch milliseconds. */
  readonly at: number
  /** Cells in the order of the columns asked for; `NaN` where nothing is known. */
  readonly cells: readonly number[]
}

/** Finds a column by its name in lower case; `anyOther` takes the first column that is not the time. */
type Column = RegExp | 'anyOther'

interface Line {
  readonly number: number
  readonly cells: readonly string[]
}

/** Cells of a line; commas within quotes are part of the cell (RFC 4180, but for line breaks within a cell). */
const cellsOf = (line: string): readonly string[] =>
  [...line.matchAll(/(?:^|,)(?:\s*"((?:[^"]|"")*)"\s*|([^,]*))/g)].map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? '').trim())

const STAMP = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|[+-]\d\d:\d\d)?$/i
const UNKNOWN = new Set(['', 'nan', 'na', 'n/a', 'null', '-'])

/** A time without an offset is in UTC, whatever the clock of this machine says. */
function epochMs(stamp: string): number {
  const [, day, time, zone = 'Z'] = STAMP.exec(stamp) ?? []
  return day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone.toUpperCase() === 'UTC' ? 'Z' : zone.toUpperCase()}`)
}

function linesOf(text: string): readonly Line[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [{ number: index + 1, cells: cellsOf(line) }]))
}

/** Column names of a file, in lower case. */
export const headerOf = (file: string): readonly string[] => linesOf(readFileSync(file, 'utf8'))[0]?.cells.map((name) => name.toLowerCase()) ?? []

/**
 * Rows of a CSV file with a header line, in any order; the time is the column whose name says so (`time…`, `date…`), else the first. Throws
 * `input.invalid` with file and line for a time or a number that is none, and for a column that is missing.
 */
export function readTable(file: string, columns: readonly Column[]): readonly Row[] {
  const refuse = (line: number, why: string): WindfallError => new WindfallError('input.invalid', `${file}, line ${line}: ${why}`)
  const [header, ...lines] = linesOf(readFileSync(file, 'utf8'))
  const names = header?.cells.map((name) => name.toLowerCase()) ?? []
  const timeColumn = Math.max(
    0,
    names.findIndex((name) => /^(time|date)/.test(name)),
  )
  const indices = columns.map((column) => {
    const index = names.findIndex((name, place) => place !== timeColumn && (column === 'anyOther' || column.test(name)))
    if (index < 0) throw refuse(header?.number ?? 1, `no ${column === 'anyOther' ? 'column beside the time' : `column named like ${column.source}`}.`)
    return index
  })
  const numberIn = (cell: string, line: number): number => {
    const value = UNKNOWN.has(cell.toLowerCase()) ? Number.NaN : Number(cell)
    if (Number.isFinite(value) || UNKNOWN.has(cell.toLowerCase())) return value
    throw refuse(line, `“${cell}” is not a number; leave the cell empty where nothing is known.`)
  }
  return lines.map(({ number, cells }) => {
    const stamp = cells[timeColumn] ?? ''
    const at = epochMs(stamp)
    if (Number.isNaN(at))
      throw refuse(number, `“${stamp}” is not a time. Write it in UTC or with its offset, as in 2023-01-01T00:00Z or 2023-01-01T01:00+01:00.`)
    return { at, cells: indices.map((index) => numberIn(cells[index] ?? '', number)) }
  })
}
