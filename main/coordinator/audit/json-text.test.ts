import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonText } from './json-text.ts'

const order = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).map(([name, member]) => [name, order(member)]) : value

test('what is read from the text is what was written, to the last bit and with its members in their order', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const read = JSON.parse(jsonText(value)) as unknown
      expect(read).toEqual(value)
      expect(order(read)).toEqual(order(value))
      expect(jsonText(read)).toBe(jsonText(value))
    }),
  )
  expect(Object.is((JSON.parse(jsonText({ a: [-0] })) as { a: number[] }).a[0], -0)).toBe(true)
})

test('members without a value are left out, and nothing else is', () => {
  expect(jsonText({ a: undefined, b: null, c: -0, d: [] })).toBe('{"b":null,"c":-0,"d":[]}')
})

test.each([
  ['NaN', Number.NaN],
  ['an infinite number', -Infinity],
  ['a bigint', 1n],
  ['nothing', undefined],
  ['nothing in a list', [undefined]],
  ['a date', new Date(0)],
  ['a map', { a: new Map() }],
  ['a symbol', [Symbol('x')]],
  ['a function', () => 1],
])('what JSON cannot say is refused: %s', (_, value) => {
  expect(() => jsonText(value)).toThrow(RangeError)
})
