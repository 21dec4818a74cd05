import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs, fromIso, HALF_HOUR_MS, toIso } from '../units.ts'
import { halfHourCeil, halfHourFloor, halfHourStarts, isWithinHalfHour, splitAtHalfHours, splitProblem } from './half-hours.ts'

const at = (time: string) => fromIso(`2026-11-21T${time}.000Z`)
const spans = (from: string, to: string) => splitAtHalfHours(at(from), at(to)).map((span) => ({ from: toIso(span.from), to: toIso(span.to) }))

test('a moment is brought to the boundary before or after it; a boundary stays where it is', () => {
  const [start, inside, end] = [at('14:00:00'), at('14:10:00'), at('14:30:00')]
  expect([halfHourFloor(start), halfHourFloor(inside), halfHourCeil(inside), halfHourCeil(end)]).toEqual([start, start, end, end])
  expect(halfHourStarts(start, at('15:00:00'))).toEqual([start, end])
})

test('a run across two half-hours becomes three intervals that touch', () => {
  expect(spans('13:50:00', '14:40:00')).toEqual([
    { from: '2026-11-21T13:50:00.000Z', to: '2026-11-21T14:00:00.000Z' },
    { from: '2026-11-21T14:00:00.000Z', to: '2026-11-21T14:30:00.000Z' },
    { from: '2026-11-21T14:30:00.000Z', to: '2026-11-21T14:40:00.000Z' },
  ])
  expect(spans('14:00:00', '14:30:00')).toHaveLength(1)
  expect(spans('14:00:00', '14:00:00')).toEqual([])
})

test('pieces cover the whole, touch, and none crosses a half-hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 40 * HALF_HOUR_MS }), (from, length) => {
      const pieces = splitAtHalfHours(epochMs(from), epochMs(from + length))
      expect(pieces.reduce((sum, piece) => sum + piece.to - piece.from, 0)).toBe(length)
      expect(pieces.every((piece) => isWithinHalfHour(piece.from, piece.to))).toBe(true)
      expect(splitProblem(pieces.map((piece) => ({ from: toIso(piece.from), to: toIso(piece.to) })))).toBeNull()
    }),
  )
})

const interval = (from: string, to: string) => ({ from: toIso(at(from)), to: toIso(at(to)) })

test('a boundary inside, a gap, an overlap and an empty interval are named', () => {
  expect(splitProblem([interval('13:50:00', '14:10:00')])).toMatch(/across a half-hour/)
  expect(splitProblem([interval('14:10:00', '14:10:00')])).toMatch(/empty/)
  expect(splitProblem([interval('14:00:00', '14:10:00'), interval('14:11:00', '14:12:00')])).toMatch(/starts at/)
  expect(splitProblem([interval('14:00:00', '14:10:00'), interval('14:09:00', '14:12:00')])).toMatch(/starts at/)
})
