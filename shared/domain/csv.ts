/** Comma-separated values that read the same everywhere: RFC 4180, and nothing that a spreadsheet would run. */

type Cell = string | number | boolean | null

/** What spreadsheets take for the beginning of a formula, the wide forms included. A plain number is none. */
const FORMULA = /^[\t\r\n ]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/
/** The same after what other spreadsheets, or other settings of the same one, end a cell with. */
const INNER_FORMULA = /([;\t\r\n] *)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])/g
const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/

/** One cell. Before what a spreadsheet would run is an apostrophe, which is how spreadsheets themselves mark text; `null` is empty. */
export function csvCell(value: Cell): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  const marked = FORMULA.test(value) && !PLAIN_NUMBER.test(value) ? `'${value}` : value
  const text = marked.replaceAll(INNER_FORMULA, "$1'")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One row without its end; rows are separated by CR LF. */
export const csvRow = (cells: readonly Cell[]): string => cells.map(csvCell).join(',')
