import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { solvePositiveDefinite } from './positive-definite.ts'

const square = fc
  .integer({ min: 1, max: 8 })
  .chain((size) =>
    fc.tuple(
      fc.array(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: size, maxLength: size }),
    ),
  )

const dot = (a: readonly number[] = [], b: readonly number[] = []) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)

test('the solution, put in, gives the right side', () => {
  fc.assert(
    fc.property(square, ([rows, right]) => {
      const element = (row: number, column: number) => dot(rows[row], rows[column]) + (row === column ? 1 : 0)
      const x = solvePositiveDefinite(Float64Array.from(right), element)
      for (const [row, value] of right.entries())
        expect(right.reduce((sum, _, column) => sum + element(row, column) * (x?.[column] ?? 0), 0)).toBeCloseTo(value, 6)
    }),
  )
})

test('a matrix that is not positive definite has no solution', () => {
  expect(solvePositiveDefinite(Float64Array.of(1, 1), () => 0)).toBeNull()
  expect(solvePositiveDefinite(Float64Array.of(1, 2), (row, column) => (row === column ? 1 : 2))).toBeNull()
})
