import { expect, test } from 'vitest'
import { toCsv } from './csv.ts'

test('every cell comes back as it was', () => {
  expect(
    toCsv([
      ['id', 'name'],
      ['a', 'plain'],
      ['b', 'say "hi", twice'],
      ['c', 'two\nlines'],
    ]),
  ).toBe('\ufeffid,name\r\na,plain\r\nb,"say ""hi"", twice"\r\nc,"two\nlines"\r\n')
})

test.each(['=HYPERLINK("http://evil")', '+1+1', '-2+3', '@SUM(A1)', '\tx'])('%s is no formula', (text) => {
  expect(toCsv([[text]]).replaceAll('"', '')).toMatch(/^\ufeff'/)
})

test.each(['\uFF1D1+1', ' =1+1', '\n=1+1'])('nor is %j, which some spreadsheets read alike', (text) => {
  expect(toCsv([[text]]).replaceAll('"', '')).toMatch(/^\ufeff'/)
})

test('nor is what follows a semicolon, which ends a cell where decimals have a comma', () => {
  expect(toCsv([['night run;=HYPERLINK(A1)']])).toBe("\ufeffnight run;'=HYPERLINK(A1)\r\n")
})

test('a number below nothing stays a number', () => {
  expect(toCsv([['-12.5']])).toBe('\ufeff-12.5\r\n')
})
