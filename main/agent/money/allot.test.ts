import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Outgoing, partsOf, stretchesOf } from './allot.ts'

const Amount = fc.bigInt({ min: 1n, max: 1n << 60n })
const Payouts = fc.array(fc.record({ microUsd: Amount, paid: fc.boolean() }), { maxLength: 8 })
const outgoing = (payouts: readonly { readonly microUsd: bigint; readonly paid: boolean }[]): Outgoing[] =>
  payouts.map(({ microUsd, paid }, index) => ({ payoutId: `p${index}`, state: paid ? 'paid' : 'paying', microUsd }))

test('every micro-USD is in one place: the parts of each earning add up to it, and those in a payout add up to the payout', () => {
  fc.assert(
    fc.property(fc.array(Amount, { minLength: 1, maxLength: 12 }), Payouts, (earnings, payouts) => {
      const earned = earnings.reduce((sum, amount) => sum + amount, 0n)
      // Nothing is paid out that was not earned.
      let left = earned
      const placed = stretchesOf(outgoing(payouts.filter(({ microUsd }) => microUsd <= left && (left -= microUsd) >= 0n)))
      let from = 0n
      const parts = earnings.map((amount) => {
        const own = partsOf({ from, to: from + amount }, placed)
        from += amount
        expect(own.reduce((sum, part) => sum + BigInt(part.microUsd), 0n)).toBe(amount)
        return own
      })
      for (const { payoutId, microUsd, state } of placed) {
        const inside = parts.flat().filter((part) => part.payoutId === payoutId)
        expect(inside.reduce((sum, part) => sum + BigInt(part.microUsd), 0n)).toBe(microUsd)
        expect(new Set(inside.map((part) => part.state))).toEqual(new Set([state]))
      }
      const waiting = parts.flat().filter(({ state }) => state === 'confirmed')
      expect(waiting.reduce((sum, part) => sum + BigInt(part.microUsd), 0n)).toBe(left)
    }),
  )
})

test('an earning on the border of two payouts is a part of both, and one beyond them waits', () => {
  const placed = stretchesOf(
    outgoing([
      { microUsd: 100n, paid: true },
      { microUsd: 50n, paid: false },
    ]),
  )
  expect(partsOf({ from: 80n, to: 200n }, placed)).toEqual([
    { state: 'paid', microUsd: '20', payoutId: 'p0' },
    { state: 'paying', microUsd: '50', payoutId: 'p1' },
    { state: 'confirmed', microUsd: '50', payoutId: null },
  ])
  expect(partsOf({ from: 200n, to: 210n }, placed)).toEqual([{ state: 'confirmed', microUsd: '10', payoutId: null }])
})
