import { expect, test } from 'vitest'
import { growthFor } from './small-heap.ts'

test('the heap may grow little while little is done, and as the engine likes while a lot is', () => {
  expect([0, 0.03, 0.49].map(growthFor)).toEqual([40, 40, 40])
  expect([0.5, 1].map(growthFor)).toEqual([0, 0])
})
