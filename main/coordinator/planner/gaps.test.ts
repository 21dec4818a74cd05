import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyCalendar, freeTimes, take } from './calendar.ts'
import { gapsOf, hasTime } from './gaps.ts'
import { lengthOf } from './over-runs.ts'

const FOREVER = [{ from: 0, to: Infinity }]
const anyRun = fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 8 })).map(([from, length]) => ({ from, to: from + length }))
const anyWanted = fc.record({ from: fc.nat(40), length: fc.nat(40), neededMs: fc.integer({ min: 1, max: 20 }), inParts: fc.boolean() })

test('says whether there is time as looking at all that is free does', () => {
  fc.assert(
    fc.property(fc.array(anyRun, { maxLength: 6 }), anyWanted, (runs, { from, length, neededMs, inParts }) => {
      const calendar = emptyCalendar()
      for (const run of runs) take(calendar, [run], 1)
      const to = from + length
      const free = freeTimes(calendar, FOREVER, { from, to, room: 0 })
      const most = inParts ? lengthOf(free) : Math.max(0, ...free.map((run) => lengthOf([run])))
      expect(hasTime(gapsOf(calendar, 0), { from, to, neededMs, inParts })).toBe(most >= neededMs)
    }),
  )
})
