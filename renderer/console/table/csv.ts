import { csvRow } from '../../../shared/domain/csv.ts'

/** Rows as CSV (RFC 4180) in which nothing is a formula, UTF-8 with a byte order mark, by which spreadsheets know it. The first row names the columns. */
export const toCsv = (rows: Iterable<readonly string[]>): string => {
  let text = '\ufeff'
  for (const row of rows) text += `${csvRow(row)}\r\n`
  return text
}
