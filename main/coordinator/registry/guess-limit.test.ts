import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { GUESSES, createGuessLimit } from './guess-limit.ts'

test('in no window of ten minutes are there more guesses than allowed, whoever makes them and whenever', async () => {
  const step = fc.record({ node: fc.nat(6), waitMs: fc.oneof(fc.constant(0), fc.nat(GUESSES.windowMs)) })
  const rule = { windowMs: GUESSES.windowMs, perNode: 3, inAll: 8 }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = createFakeClock()
      const limit = createGuessLimit(clock, rule)
      const granted: { node: number; at: number }[] = []
      for (const { node, waitMs } of steps) {
        await clock.advance(waitMs)
        if (limit.take(`node-${node}`) === 0) granted.push({ node, at: clock.monotonic() })
      }
      for (const { at } of granted) {
        const window = granted.filter((guess) => guess.at >= at && guess.at < at + rule.windowMs)
        expect(window.length).toBeLessThanOrEqual(rule.inAll)
        for (const [, own] of Map.groupBy(window, ({ node }) => node)) expect(own.length).toBeLessThanOrEqual(rule.perNode)
      }
    }),
  )
})
