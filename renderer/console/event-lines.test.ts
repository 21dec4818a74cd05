import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventReader } from './event-lines.ts'

const STREAM = ': here\n\nevent: changed\ndata: {"topics":["jobs"]}\nid: 7\n\ndata: one\ndata: two\r\n\r\nretry: 5\n\n'
const EVENTS = [
  { event: 'changed', data: '{"topics":["jobs"]}' },
  { event: 'message', data: 'one\ntwo' },
]

test('events come out whole, however the network cuts them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: STREAM.length }), { maxLength: 12 }), (cuts) => {
      const read = createEventReader()
      const edges = [0, ...cuts.toSorted((a, b) => a - b), STREAM.length]
      const found = edges.slice(1).flatMap((edge, index) => read(STREAM.slice(edges[index], edge)))
      expect(found).toEqual(EVENTS)
    }),
  )
})

test('what never ends is given up', () => {
  const read = createEventReader()
  expect(() => {
    for (let piece = 0; piece < 100; piece++) read('x'.repeat(1_000))
  }).toThrow(RangeError)
})
