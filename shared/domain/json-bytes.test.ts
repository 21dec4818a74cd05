import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeUtf8 } from './encoding.ts'
import { readJsonBytes } from './json-bytes.ts'

const read = (text: string) => readJsonBytes(encodeUtf8(text))

test('whatever can be written as JSON is read', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 1), (value, space) => {
      expect(read(JSON.stringify(value, null, space))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test.each([
  ['a name twice', '{"a":1,"a":1}'],
  ['a name twice, once in another spelling', '{"a":1,"\\u0061":2}'],
  ['a name twice, further in', '[{"b":{"":1,"":2}}]'],
  ['a prototype twice', '{"__proto__":1,"__proto__":2}'],
  ['a byte order mark', '\ufeff{}'],
  ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`],
  ['no end', '['.repeat(200_000)],
  ['something behind it', '{} {}'],
  ['a number that is none', 'NaN'],
  ['nothing', ''],
])('%s is no JSON', (_, text) => {
  expect(read(text)).toBeUndefined()
})

test.each([
  ['names that look like members inside text', { 'a":"b': '{"a":1,"a":2}', 'c\\': ':' }],
  ['a prototype', JSON.parse('{"__proto__":{"a":1}}')],
  ['the same name at different places', [{ a: { a: 1 } }, { a: 2 }]],
  ['32 levels', JSON.parse(`${'['.repeat(32)}${']'.repeat(32)}`)],
])('%s is JSON', (_, value) => {
  expect(read(JSON.stringify(value))).toEqual(value)
})

test('bytes that are no UTF-8 are no JSON', () => {
  expect(readJsonBytes(Uint8Array.of(0x22, 0xff, 0x22))).toBeUndefined()
})
