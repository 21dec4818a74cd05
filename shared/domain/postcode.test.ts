import { expect, test } from 'vitest'
import { outwardPostcode } from './postcode.ts'

test.each([
  ['SW1A 1AA', 'SW1A'],
  ['sw1a1aa', 'SW1A'],
  ['SW1A', 'SW1A'],
  ['TF8', 'TF8'],
  [' m1 1ae ', 'M1'],
  ['EC1A1BB', 'EC1A'],
  ['B33 8TH', 'B33'],
])('only the first half of %s travels', (postcode, outward) => {
  expect(outwardPostcode(postcode)).toBe(outward)
})

test.each(['', '12345', 'London', 'SW1A 1A', 'SW1A/../1', '75001', 'RG41 1AAA'])('“%s” is no postcode of Great Britain', (text) => {
  expect(() => outwardPostcode(text)).toThrow(/first half/)
})
