import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { monotonicMs } from '../../../shared/units.ts'
import { createRateLimit, networkOf } from './rate-limit.ts'

test.each([
  ['203.0.113.7', '203.0.113'],
  ['::ffff:203.0.113.7', '203.0.113'],
  ['2001:db8:aa:bb::1', '2001:db8:aa'],
  ['2001:db8::1', '2001:db8:0'],
  ['::1', '0:0:0'],
])('%s belongs to the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('in no stretch of time is more granted than burst plus rate, and one caller never costs another', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ waitMs: fc.nat(2_000), caller: fc.constantFrom('a', 'b') }), { maxLength: 100 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 9 }),
      (steps, perSecond, burst) => {
        let now = 0
        const take = createRateLimit({ monotonic: () => monotonicMs(now) }, { perSecond, burst })
        const granted: Record<string, number> = { a: 0, b: 0 }
        for (const { waitMs, caller } of steps) {
          now += waitMs
          if (take(caller) === 0) granted[caller] = (granted[caller] ?? 0) + 1
        }
        for (const count of Object.values(granted)) expect(count).toBeLessThanOrEqual(burst + (now / 1000) * perSecond)
        const first = steps.findIndex(({ caller }) => caller === 'b')
        if (first !== -1) expect(granted['b']).toBeGreaterThan(0)
      },
    ),
  )
})

test('a call that costs more takes more, one that only looks takes nothing, and none costs more than there ever is', () => {
  let now = 0
  const take = createRateLimit({ monotonic: () => monotonicMs(now) }, { perSecond: 2, burst: 10 })
  expect([take('a', 0), take('a', 8), take('a', 3), take('a', 2), take('a', 0)]).toEqual([0, 0, 1, 0, 1])
  now = 4_500
  expect([take('a', 1_000), take('b', 1_000), take('b')]).toEqual([1, 0, 1])
  now = 5_000
  expect(take('a', 1_000)).toBe(0)
})
