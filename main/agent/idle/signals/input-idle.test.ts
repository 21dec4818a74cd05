import { expect, test } from 'vitest'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { createInputIdle } from './input-idle.ts'

test.each<[string, number[], number, number | 'unknown']>([
  ['never reported', [], 0, 'unknown'],
  ['just reported', [42], 0, 42],
  ['reported a while ago', [42], 10_000, 42],
  ['reported too long ago', [42], 10_001, 'unknown'],
  ['the last report counts', [42, 3], 0, 3],
  ['somebody is typing', [0], 0, 0],
  ['nonsense', [42, Number.NaN], 0, 'unknown'],
  ['a negative time', [-1], 0, 'unknown'],
])('input idle: %s', async (_name, reports, laterMs, expected) => {
  const clock = createFakeClock()
  const signal = createInputIdle(clock)
  for (const seconds of reports) signal.report(seconds)
  await clock.advance(laterMs)
  expect(signal.read()).toBe(expected)
})
