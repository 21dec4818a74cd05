import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { monotonicMs } from '../../../shared/units.ts'
import { createNonces } from './nonces.ts'

const KEEP_MS = 121_000
const clockAt = (time: { now: number }) => ({ monotonic: () => monotonicMs(time.now) })

test('a nonce counts once for its key, and again only when no signature that carries it can be fresh any more', () => {
  const time = { now: 0 }
  const take = createNonces(clockAt(time))
  expect([take('a', 'n'), take('b', 'n'), take('a', 'n')]).toEqual(['new', 'new', 'seen'])
  time.now = KEEP_MS - 1
  expect(take('a', 'n')).toBe('seen')
  time.now = KEEP_MS
  expect(take('a', 'n')).toBe('new')
})

test('a node that sends more than it may is refused itself, and makes nobody’s nonces be forgotten, its own included', () => {
  const time = { now: 0 }
  const take = createNonces(clockAt(time), 3)
  expect(take('quiet', 'n')).toBe('new')
  expect(['1', '2', '3', '4', '5'].map((nonce) => take('loud', nonce))).toEqual(['new', 'new', 'new', 'too-many', 'too-many'])
  expect([take('loud', '1'), take('quiet', 'n'), take('quiet', 'm')]).toEqual(['seen', 'seen', 'new'])
  time.now = KEEP_MS
  expect(take('loud', '6')).toBe('new')
})

test('whatever comes in whatever order, none is taken twice while it is fresh, and no key keeps another out', () => {
  const step = fc.record({ waitMs: fc.integer({ min: 0, max: 50_000 }), key: fc.constantFrom('a', 'b', 'c'), nonce: fc.constantFrom('1', '2', '3', '4') })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const time = { now: 0 }
      const take = createNonces(clockAt(time), 4)
      const taken = new Map<string, number>()
      for (const { waitMs, key, nonce } of steps) {
        time.now += waitMs
        const before = taken.get(`${key} ${nonce}`)
        const isFresh = before !== undefined && time.now - before < KEEP_MS
        expect(take(key, nonce)).toBe(isFresh ? 'seen' : 'new')
        if (!isFresh) taken.set(`${key} ${nonce}`, time.now)
      }
    }),
  )
})
