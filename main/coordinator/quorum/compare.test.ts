import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Compare } from '../../../shared/contract/quorum.ts'
import { isNear, sameOutput } from './compare.ts'

const FORMATS = ['float32-le', 'json-numbers', 'csv'] as const
const within = (format: (typeof FORMATS)[number], { absolute = 0, relative = 1e-3 } = {}): Compare =>
  Compare.parse({ kind: 'tolerance', absolute, relative, format })
const EXACT: Compare = { kind: 'exact' }
const same = (a: string, b: string, compare: Compare) => sameOutput(Buffer.from(a), Buffer.from(b), compare)
const floats = (...values: number[]) => new Uint8Array(new Float32Array(values).buffer)

test('an exact comparison goes by the bytes', () => {
  expect([same('1', '1', EXACT), same('1', '1.0', EXACT)]).toEqual([true, false])
})

test('numbers are near by the larger of both bounds, whichever comes first; what is not finite is like itself only', () => {
  const bounds = { absolute: 0.5, relative: 0.1 }
  const cases = [
    [1, 1.4, true],
    [1, 1.6, false],
    [100, 109, true],
    [100, 112, false],
    [-100, -109, true],
    [0, -0, true],
    [NaN, NaN, true],
    [NaN, 0, false],
    [Infinity, Infinity, true],
    [Infinity, -Infinity, false],
    [Infinity, 1e300, false],
  ] as const
  for (const [a, b, expected] of cases) expect([isNear(a, b, bounds), isNear(b, a, bounds)]).toEqual([expected, expected])
})

test('a file of 32-bit numbers is compared one by one, wherever it lies in memory', () => {
  const aside = new Uint8Array([9, ...floats(1, 2.001)]).subarray(1)
  expect(sameOutput(floats(1, 2), aside, within('float32-le'))).toBe(true)
  expect(sameOutput(floats(1, 2), floats(1, 2.1), within('float32-le'))).toBe(false)
  expect(sameOutput(floats(1, 2), floats(1, 2, 3), within('float32-le'))).toBe(false)
  expect(sameOutput(new Uint8Array([0, 0, 0, 0, 1]), new Uint8Array([0, 0, 0, 0, 2]), within('float32-le'))).toBe(false)
})

test.each([
  ['{"a":[1,2],"b":"x"}', '{"b":"x","a":[1.0005,2]}', true],
  ['{"a":1}', '{"a":1,"b":2}', false],
  ['{"a":1,"b":2}', '{"a":1,"c":2}', false],
  ['[1,2]', '{"0":1,"1":2}', false],
  ['[1,2]', '[1,2,3]', false],
  ['{"a":1}', '{"toString":1}', false],
  ['{"toString":1}', '{"a":1}', false],
  ['{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}', false],
  ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1.0005}}', true],
  ['{"a":null}', '{"a":{}}', false],
  ['[1,[2]]', '[1,[2.5]]', false],
  ['"1"', '"1.0001"', false],
  ['1', '1.0001', true],
  ['null', '[]', false],
  ['{"__proto__":1}', '{}', false],
  ['no json', 'no json ', false],
  ['[1', '[1 ', false],
])('JSON %s and %s', (a, b, expected) => {
  expect([same(a, b, within('json-numbers')), same(b, a, within('json-numbers'))]).toEqual([expected, expected])
})

const deep = (value: string) => `${'['.repeat(50_000)}${value}${']'.repeat(50_000)}`

test('JSON nested as deeply as it likes ends nothing', () => {
  expect(same(deep('1'), deep('1.0001'), within('json-numbers'))).toBe(true)
  expect(same(deep('1'), deep('2'), within('json-numbers'))).toBe(false)
})

test.each([
  ['a,b\n1,2\n', 'a,b\r\n1.0005,2', true],
  ['a,b\n1,2\n', 'a,b\n1,2,3\n', false],
  ['a,b\n1,2\n', 'a\nb,1,2\n', false],
  ['1\n2\n', '1\n', false],
  ['"1",x', '1.0001,x', true],
  ['"a,""b""\nc",1', '"a,""b""\nc",1.0001', true],
  ['"a"b,1', '"a"c,1', false],
  ['0x10,1', '16,1', false],
  ['1e400,1', '1e401,1', true],
  ['"open,1', '"open,2', false],
  ['', 'x', false],
])('CSV %j and %j', (a, b, expected) => {
  expect([same(a, b, within('csv')), same(b, a, within('csv'))]).toEqual([expected, expected])
})

test('comparing does not depend on who comes first, never throws, and everything agrees with itself', () => {
  const Bytes = fc.oneof(
    fc.uint8Array({ maxLength: 24 }),
    fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text)),
    fc.string({ unit: fc.constantFrom('1', '.', ',', '"', '\n', '\r', 'e', '-'), maxLength: 16 }).map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(Bytes, Bytes, fc.constantFrom(...FORMATS), (a, b, format) => {
      expect(sameOutput(a, b, within(format))).toBe(sameOutput(b, a, within(format)))
      expect(sameOutput(a, Uint8Array.from(a), within(format))).toBe(true)
    }),
    { numRuns: 500 },
  )
})
