import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { proportionally } from './claims.ts'
import { creditOf, splitCredit } from './credits.ts'

const sum = (all: readonly bigint[]): bigint => all.reduce((whole, one) => whole + one, 0n)
const share = fc.bigInt(0n, 10n ** 15n)

test('what is held in proportion adds up to it, is of nobody more than they got, and off by less than a unit', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(share, fc.bigInt(0n, 5n)), { minLength: 1, maxLength: 6 }), fc.bigInt(0n, 10n ** 6n), (parts, millionths) => {
      const whole = sum(parts)
      const amount = (whole * millionths) / 1_000_000n
      const held = proportionally(amount, parts)
      expect(sum(held)).toBe(amount)
      for (const [index, one] of held.entries()) {
        const part = parts[index] ?? 0n
        expect(one <= part && one >= 0n).toBe(true)
        if (whole > 0n) expect(one * whole - amount * part < whole && amount * part - one * whole < whole).toBe(true)
      }
    }),
  )
})

test('what rounding leaves is nobody’s whose share came out even', () => expect(proportionally(2n, [2n, 1n, 1n])).toEqual([1n, 1n, 0n]))

test('of a credit nothing is lost, and the odd micro-EUR is the node’s', () => {
  fc.assert(
    fc.property(share, (microEur) => {
      const { node, community } = splitCredit(microEur)
      expect(node + community).toBe(microEur)
      expect(community * 100n <= microEur * 30n && (community + 1n) * 100n > microEur * 30n).toBe(true)
    }),
  )
})

test.each([
  [1_000, 25_000n],
  [0.0399, 0n],
  [0.04, 1n],
  [0, 0n],
  [-7, 0n],
])('a saving of %d g is worth %s micro-EUR', (grams, microEur) => expect(creditOf(grams)).toBe(microEur))
