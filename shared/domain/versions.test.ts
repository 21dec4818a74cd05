import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Version, compareVersions, isVersion } from './versions.ts'

// The order that section 11 of the specification gives as its example, with more in between.
const IN_ORDER = [
  '0.9.9',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
  '1.0.10',
  '1.2.0',
  '1.10.0',
  '2.0.0',
]

test('versions are placed as the specification places them', () => {
  for (const [a, left] of IN_ORDER.entries())
    for (const [b, right] of IN_ORDER.entries()) expect(Math.sign(compareVersions(left, right)), `${left} ${right}`).toBe(Math.sign(a - b))
})

test.each([
  '',
  '1',
  '1.0',
  '1.0.0.0',
  'v1.0.0',
  '01.0.0',
  '1.0.0-',
  '1.0.0-01',
  '1.0.0-a..b',
  '1.0.0+build',
  '1.0.0 ',
  '1.0.0-ä',
  '1'.repeat(99),
  '9999999999.0.0',
])('“%s” is no version', (text) => {
  expect([isVersion(text), Version.safeParse(text).success]).toEqual([false, false])
  expect(() => compareVersions(text, '1.0.0')).toThrow(RangeError)
})

const anyVersion = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.array(fc.constantFrom('0', '1', '10', 'a', 'b', 'a-1'), { maxLength: 3 }))
  .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join('.')}` : ''}`)

test('the order of versions is one: it has no circles and two different ones are never the same', () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) || 0)
      expect(compareVersions(a, b) === 0).toBe(a === b)
      if (compareVersions(a, b) < 0 && compareVersions(b, c) < 0) expect(compareVersions(a, c)).toBeLessThan(0)
    }),
  )
})
