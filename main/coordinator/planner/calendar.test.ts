import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyCalendar, firstFree, freeTimes, hasRoom, meanTaken, take } from './calendar.ts'

const END = 24
const anyRun = fc
  .tuple(fc.integer({ min: 0, max: END - 1 }), fc.integer({ min: 1, max: 8 }))
  .map(([from, length]) => ({ from, to: Math.min(END, from + length) }))
const anyTaken = fc.array(fc.record({ run: anyRun, places: fc.integer({ min: 1, max: 2 }) }), { maxLength: 6 })
const moments = Array.from({ length: END }, (_, moment) => moment)

test('a calendar knows at every moment what is taken, and forgets what is given back', () => {
  fc.assert(
    fc.property(anyTaken, anyRun, fc.integer({ min: 0, max: 4 }), (all, run, room) => {
      const calendar = emptyCalendar()
      for (const { run: taken, places } of all) take(calendar, [taken], places)
      take(calendar, [run], 3)
      take(calendar, [run], -3)
      const takenAt = (moment: number) => all.reduce((sum, one) => sum + (one.run.from <= moment && moment < one.run.to ? one.places : 0), 0)
      const inRun = moments.filter((moment) => run.from <= moment && moment < run.to)
      expect(hasRoom(calendar, [run], room)).toBe(inRun.every((moment) => takenAt(moment) <= room))
      expect(meanTaken(calendar, [run])).toBeCloseTo(inRun.reduce((sum, moment) => sum + takenAt(moment), 0) / inRun.length)
      const free = freeTimes(calendar, [run], { from: 2, to: 20, room })
      for (const moment of moments)
        expect(free.some(({ from, to }) => from <= moment && moment < to)).toBe(inRun.includes(moment) && moment >= 2 && moment < 20 && takenAt(moment) <= room)
    }),
  )
})

test('the first free stretch is the first of those that are long enough', () => {
  fc.assert(
    fc.property(anyTaken, fc.array(anyRun, { maxLength: 3 }), fc.integer({ min: 1, max: 6 }), (all, stretches, lengthMs) => {
      const calendar = emptyCalendar()
      for (const { run, places } of all) take(calendar, [run], places)
      const open = stretches.toSorted((a, b) => a.from - b.from).filter(({ from }, index, sorted) => from >= (sorted[index - 1]?.to ?? 0))
      const within = { from: 1, to: 22, room: 0 }
      const longEnough = freeTimes(calendar, open, within).find(({ from, to }) => to - from >= lengthMs)
      expect(firstFree(calendar, open, { ...within, lengthMs })).toBe(longEnough?.from ?? null)
    }),
  )
})
