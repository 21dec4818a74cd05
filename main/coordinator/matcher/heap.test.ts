import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHeap } from './heap.ts'

test('whatever is added and taken out, from wherever, the first is the one with the lowest key, of equals the one that came first', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ key: fc.integer({ min: 0, max: 40 }) }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat() }) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const entries = { key: [] as number[], turn: [] as number[], position: [] as number[] }
      const heap = createHeap(entries)
      let inside: number[] = []
      const isFirst = (a: number, b: number): number => (entries.key[a] ?? 0) - (entries.key[b] ?? 0) || a - b
      const takeOut = (out: number): void => {
        heap.remove(out)
        inside = inside.filter((other) => other !== out)
        expect([heap.size(), heap.first()]).toEqual([inside.length, inside.toSorted(isFirst)[0]])
      }
      for (const [entry, one] of steps.entries()) {
        if ('key' in one) {
          entries.key[entry] = one.key
          entries.turn[entry] = entry
          heap.add(entry)
          inside.push(entry)
        } else if (inside.length > 0) takeOut(inside[one.remove % inside.length] ?? 0)
      }
      while (inside.length > 0) takeOut(heap.first() ?? -1)
    }),
    { numRuns: 500 },
  )
})
