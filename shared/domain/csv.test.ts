import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCsv } from './csv.fake.ts'
import { csvCell, csvRow } from './csv.ts'

test.each([
  ['=1+1', "'=1+1"],
  ['+44', "'+44"],
  ['-0ab', "'-0ab"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t'=1"],
  ["a;=cmd|'/C calc'!A0", "a;'=cmd|'/C calc'!A0"],
  ['a\n @SUM(A1)', '"a\n \'@SUM(A1)"'],
  [' =1', "' =1"],
  ['\uFF1D1', "'\uFF1D1"],
  ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ['-12.5', '-12.5'],
  ['GB-13', 'GB-13'],
  ['a,b', '"a,b"'],
  ['say "so"', '"say ""so"""'],
  ['two\r\nlines', '"two\r\nlines"'],
])('%j becomes %j', (text, cell) => {
  expect(csvCell(text)).toBe(cell)
})

test('numbers stay numbers, nothing stays empty', () => {
  expect(csvRow(['a', -1.5, 1e-7, true, null, 'b'])).toBe('a,-1.5,1e-7,true,,b')
})

test('every text comes back, but for the apostrophe, and no cell begins a formula', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '"', ',', ';', '\r', '\n', '\t', 'a', '1', ' ') }), { minLength: 1 }),
      (texts) => {
        const [cells = []] = readCsv(`${csvRow(texts)}\r\n`)
        expect(cells.map((cell) => cell.replaceAll("'", ''))).toEqual(texts)
        for (const cell of cells.flatMap((whole) => [whole, ...whole.split(/[;\t\r\n] */).slice(1)]))
          expect(/^[=+\-@\t\r]/.test(cell) && !/^-?\d+(?:\.\d+)?$/.test(cell)).toBe(false)
      },
    ),
  )
})
