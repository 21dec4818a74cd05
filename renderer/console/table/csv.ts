/** What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/
const isNumber = (text: string): boolean => /^-?\d+(?:\.\d+)?$/.test(text)

const cell = (text: string): string => {
  const safe = FORMULA.test(text) && !isNumber(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Rows as CSV (RFC 4180), UTF-8 with a byte order mark, by which spreadsheets know it. The first row names the columns. */
export const toCsv = (rows: Iterable<readonly string[]>): string => {
  let text = '\ufeff'
  for (const row of rows) text += `${row.map(cell).join(',')}\r\n`
  return text
}
