import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fittedWidths, padded, shortened, widthOf } from './text-width.ts'

test.each([
  ['abc', 3],
  ['風力タービン', 12],
  ['🌱', 2],
  ['👩‍👩‍👧', 2],
  ['é', 1],
  ['e\u0301', 1],
  ['', 0],
])('“%s” takes %i columns', (text, width) => {
  expect(widthOf(text)).toBe(width)
  expect(widthOf(padded(text, 20))).toBe(20)
})

test('a text is shortened between letters, and says so', () => {
  expect(shortened('wind turbines', 20)).toBe('wind turbines')
  expect(shortened('wind turbines', 8)).toBe('wind tu…')
  expect(shortened('風力タービン', 6)).toBe('風力…')
  expect(shortened('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…')
})

test('the widest columns become narrower, the first one never', () => {
  expect(fittedWidths([36, 9, 6, 60], 80)).toEqual([36, 9, 6, 29])
  expect(fittedWidths([36, 40, 60], 80)).toEqual([36, 22, 22])
  expect(fittedWidths([36, 9], 80)).toEqual([36, 9])
  expect(fittedWidths([90, 9], 80)).toEqual([90, 8])
  expect(fittedWidths([10, 30], Infinity)).toEqual([10, 30])
})

test('no column grows, and the table fits wherever that can be', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(120), { minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 300 }), (widths, room) => {
      const fitted = fittedWidths(widths, room)
      const least = (widths[0] ?? 0) + widths.slice(1).reduce((sum, width) => sum + Math.min(width, 8), 0)
      expect(fitted.every((width, at) => width <= (widths[at] ?? 0))).toBe(true)
      const total = fitted.reduce((sum, width) => sum + width, 0)
      expect(total).toBeLessThanOrEqual(Math.max(room, least))
    }),
  )
})
