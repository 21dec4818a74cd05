import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readItems } from './array-rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'windfall-rows-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

test('indexes, the last included', () => {
  expect(readItems('0-9999')).toEqual({ range: { from: 0, to: 9_999 } })
  expect(readItems('7-7')).toEqual({ range: { from: 7, to: 7 } })
})

test('a row of JSON Lines is an object of texts and numbers; empty lines are none', () => {
  expect(readItems(file('a.jsonl', '{"scene":"forest","frame":1}\n\n{"scene":"sea","frame":2.5}\n'))).toEqual({
    rows: [
      { scene: 'forest', frame: '1' },
      { scene: 'sea', frame: '2.5' },
    ],
  })
})

test('CSV as spreadsheets write it: quotes, commas, line breaks, CRLF, a byte order mark', () => {
  expect(readItems(file('a.csv', '\uFEFFscene, text\r\nforest,"one, ""two""\r\nthree"\r\nsea,\r\n'))).toEqual({
    rows: [
      { scene: 'forest', text: 'one, "two"\r\nthree' },
      { scene: 'sea', text: '' },
    ],
  })
  expect(readItems(file('b.csv', 'scene\nforest\nsea'))).toEqual({ rows: [{ scene: 'forest' }, { scene: 'sea' }] })
})

test.each([
  ['from a higher index to a lower one', () => '9-0', /0-9/],
  ['of more jobs than there may be', () => '0-10000', /at most 10000/],
  ['that is neither', () => 'frames', /ends in \.jsonl or \.csv/],
  ['that is not there', () => join(folder, 'none.csv'), /none\.csv cannot be read/],
  ['without rows', () => file('c.csv', 'scene\n'), /has no rows/],
  ['with a line that is not JSON', () => file('d.jsonl', '{"a":1}\n{'), /d\.jsonl:2 is not JSON/],
  ['with a line that is no object', () => file('e.jsonl', '[1]'), /e\.jsonl:1 is not an object/],
  ['with a value that is no text', () => file('f.jsonl', '{"a":[1]}'), /f\.jsonl:1: a is not a text/],
  ['with a field too many', () => file('g.csv', 'a,b\n1,2\n1,2,3\n'), /g\.csv:3 has 3 fields, and the first line names 2/],
  ['with a column twice', () => file('h.csv', 'a,a\n1,2\n'), /a column twice/],
  ['with a quote out of place', () => file('i.csv', 'a,b\n1,2"3\n'), /i\.csv:2 is not CSV/],
])('an array %s is refused with what is wrong', (_, text, message) => {
  expect(() => readItems(text())).toThrow(message)
})
