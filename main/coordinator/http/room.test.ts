import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRoom } from './room.ts'

test('however many come and go, no more are in than there is room for, and none is kept out without reason', () => {
  const steps = fc.array(fc.record({ network: fc.constantFrom('a', 'b', null), leaves: fc.option(fc.nat(20)) }), { maxLength: 80 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), (moves, all, most) => {
      const enter = createRoom({ all, network: most })
      const inside: { network: string | null; leave: () => void }[] = []
      for (const { network, leaves } of moves) {
        const [gone] = leaves === null ? [] : inside.splice(leaves % Math.max(1, inside.length), 1)
        // Whoever leaves twice leaves once.
        gone?.leave()
        gone?.leave()
        const here = inside.filter((one) => one.network === network).length
        const leave = enter(network)
        expect(leave !== null).toBe(inside.length < all && (network === null || here < most))
        if (leave) inside.push({ network, leave })
      }
    }),
  )
})
