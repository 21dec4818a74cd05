import { readFileSync } from 'node:fs'
import type { ArraySubmission } from '../../shared/contract/job-array.ts'
import { MAX_ARRAY_JOBS } from '../../shared/contract/job-array.ts'
import type { Parameters } from '../../shared/contract/job-template.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'

type Items = Pick<ArraySubmission, 'range' | 'rows'>

const refuse = (message: string, cause?: unknown): never => {
  throw new WindfallError('input.invalid', message, { cause })
}

/** `0-9999`, or a file of parameters: JSON Lines (`.jsonl`) or CSV with a line of names (`.csv`). Error: `input.invalid`. */
export function readItems(text: string): Items {
  const range = /^(\d{1,9})-(\d{1,9})$/.exec(text)
  if (range) return rangeOf(Number(range[1]), Number(range[2]))
  if (!/\.(?:jsonl|csv)$/i.test(text)) refuse(`“${text}” is no array: give indexes such as 0-99, or a file of parameters that ends in .jsonl or .csv.`)
  const content = readText(text)
  const rows = /\.csv$/i.test(text) ? rowsOfCsv(content, text) : rowsOfJsonLines(content, text)
  if (rows.length === 0) refuse(`${text} has no rows.`)
  if (rows.length > MAX_ARRAY_JOBS) refuse(`${text} has ${rows.length} rows, and an array has at most ${MAX_ARRAY_JOBS} jobs. Submit it as several arrays.`)
  return { rows }
}

function rangeOf(from: number, to: number): Items {
  if (from > to) refuse(`An array goes from the lower index to the higher one: ${to}-${from}.`)
  if (to - from >= MAX_ARRAY_JOBS) refuse(`An array has at most ${MAX_ARRAY_JOBS} jobs. Submit it as several arrays.`)
  return { range: { from, to } }
}

function readText(file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    return refuse(`${file} cannot be read (${messageOf(error)}).`, error)
  }
}

const isPlain = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value)

function rowsOfJsonLines(content: string, file: string): Parameters[] {
  const lines = content.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [[line, index + 1] as const]))
  return lines.map(([line, number]) => {
    const row = parseLine(line, `${file}:${number}`)
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, isPlain(value) ? String(value) : refuse(`${file}:${number}: ${name} is not a text or a number.`)]),
    )
  })
}

function parseLine(line: string, where: string): object {
  try {
    const row: unknown = JSON.parse(line)
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row
  } catch (error) {
    refuse(`${where} is not JSON (${messageOf(error)}).`, error)
  }
  return refuse(`${where} is not an object such as {"scene":"forest"}.`)
}

/** Fields of RFC 4180: quoted ones may hold commas, line breaks and doubled quotes. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy

/** Every record with the line it begins in. */
function* recordsOf(content: string, file: string): Generator<{ readonly fields: string[]; readonly line: number }> {
  let [fields, line, begins]: [string[], number, number] = [[], 1, 1]
  FIELD.lastIndex = 0
  while (FIELD.lastIndex < content.length || fields.length > 0) {
    const found = FIELD.exec(content)
    if (!found) return refuse(`${file}:${line} is not CSV: a quote is out of place.`)
    const [all, quoted, plain = '', end] = found
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    line += all.split('\n').length - 1
    if (end === ',') continue
    if (fields.length > 1 || fields[0] !== '') yield { fields, line: begins }
    ;[fields, begins] = [[], line]
    if (FIELD.lastIndex >= content.length) return
  }
}

function rowsOfCsv(content: string, file: string): Parameters[] {
  const [head, ...records] = recordsOf(content.replace(/^\uFEFF/, ''), file)
  const names = head?.fields.map((name) => name.trim()) ?? []
  if (new Set(names).size < names.length) refuse(`${file} has a column twice.`)
  return records.map(({ fields, line }) => {
    if (fields.length !== names.length) refuse(`${file}:${line} has ${fields.length} fields, and the first line names ${names.length}.`)
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? '']))
  })
}
