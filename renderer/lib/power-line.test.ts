import { expect, test } from 'vitest'
import { at } from './afternoon.fake.ts'
import { powerLine } from './power-line.ts'

test('the scale begins at 0 W and ends at a round number, so that height is power', () => {
  const line = powerLine([
    { at: at(0), watts: 0 },
    { at: at(1_000), watts: 100 },
    { at: at(4_000), watts: 172 },
  ])
  expect(line).toMatchObject({ scaleW: 200, lowW: 0, highW: 172, lastW: 172, spanMs: 4_000 })
  expect(line.points).toBe('0.0,100.0 250.0,50.0 1000.0,14.0')
})

test.each([
  [0.4, 1],
  [8, 10],
  [12, 20],
  [320, 500],
  [1_000, 1_000],
])('%d W fit under %d W', (watts, scaleW) => expect(powerLine([{ at: at(0), watts }]).scaleW).toBe(scaleW))
