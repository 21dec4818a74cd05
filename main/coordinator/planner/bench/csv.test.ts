import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readTable } from './csv.ts'
import { HOUR_MS, readTraces, valueAt } from './traces.ts'

const directory = mkdtempSync(join(tmpdir(), 'windfall-csv-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function write(text: string): string {
  const file = join(directory, 'xx-GB-2023.csv')
  writeFileSync(file, text)
  return file
}
const read = (text: string) => readTable(write(text), ['anyOther']).map(({ at, cells: [value] }) => [new Date(at).toISOString().slice(0, 16), value])
const AS_EVER = [
  ['2023-01-01T00:00', 181.5],
  ['2023-01-01T01:00', 190],
]

test.each([
  ['plain', 'timestamp,g\n2023-01-01T00:00Z,181.5\n2023-01-01T01:00Z,190\n'],
  ['with Windows line ends, a byte order mark and blank lines', '\uFEFFtimestamp,g\r\n\r\n2023-01-01T00:00Z,181.5\r\n2023-01-01T01:00Z,190\r\n\r\n'],
  ['quoted, with spaces', '"timestamp","g, by ""us"""\n"2023-01-01T00:00Z", "181.5"\n"2023-01-01T01:00Z","190"'],
  ['with the time elsewhere', 'g,Datetime (UTC),source\n181.5,2023-01-01 00:00:00,a\n190,2023-01-01 01:00,b'],
  ['with offsets', 'timestamp,g\n2023-01-01T01:00+01:00,181.5\n2022-12-31 19:00:00-06:00,190'],
  ['with UTC in words and further columns', 'date,g,estimated\n2023-01-01 00:00 UTC,181.5,true\n2023-01-01T01:00:00.000Z,190,no'],
])('reads a table %s', (_, text) => {
  expect(read(text)).toEqual(AS_EVER)
})

test('what is not known is no number, and no error', () => {
  expect(
    read(`timestamp,g\n${['', 'NaN', 'n/a', 'null'].map((cell, hour) => `2023-01-01T0${hour}:00Z,${cell}`).join('\n')}`).map(([, value]) => value),
  ).toEqual(Array.from({ length: 4 }, () => Number.NaN))
  expect(read('timestamp,g\n2023-01-01T00:00Z')).toEqual([['2023-01-01T00:00', Number.NaN]])
})

test.each([
  ['no time', 'timestamp,g\n\nnever,1\n', /xx-GB-2023\.csv, line 3: “never” is not a time/],
  ['a zone that has no offset', 'timestamp,g\n2023-01-01T00:00 CET,1\n', /line 2: “2023-01-01T00:00 CET” is not a time/],
  ['a day that does not exist', 'timestamp,g\n2023-02-31T25:00Z,1\n', /line 2/],
  ['no number', 'timestamp,g\n2023-01-01T00:00Z,1\n2023-01-01T01:00Z,lots\n', /line 3: “lots” is not a number/],
  ['no values', 'timestamp\n2023-01-01T00:00Z\n', /line 1: no column beside the time/],
  ['nothing', '', /line 1: no column/],
])('refuses a table with %s, by file and line', (_, text, message) => {
  expect(() => read(text)).toThrow(message)
})

test('refuses a table without the column that is asked for', () => {
  const file = write('timestamp,actual\n2023-01-01T00:00Z,1\n')
  expect(() => readTable(file, [/actual/, /forecast/])).toThrow(/xx-GB-2023\.csv, line 1: no column named like forecast/)
})

test('a directory may hold nothing but intensity, in any order, by the quarter hour, of zones with and without a family', () => {
  mkdirSync(join(directory, 'intensity'))
  const quarters = ['00:45', '00:15', '01:00', '00:30', '00:00'].map((time, index) => `2024-02-29T${time}Z,${100 + index}`)
  for (const name of ['xx-US-AB-2024-15min.csv', 'GB-2024.csv', 'NO-2.csv'])
    writeFileSync(join(directory, 'intensity', name), ['time,g', ...quarters].join('\n'))
  const { intensity, prices, forecasts } = readTraces(directory)
  expect(intensity.map(({ zone }) => zone)).toEqual(['GB', 'NO-2', 'US-AB'])
  expect([prices, forecasts]).toEqual([[], []])
  const first = Date.UTC(2024, 1, 29) / HOUR_MS
  for (const trace of intensity) expect([valueAt(trace, first), valueAt(trace, first + 1)]).toEqual([(100 + 101 + 103 + 104) / 4, 102])
})
