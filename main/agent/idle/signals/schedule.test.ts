import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Schedule } from '../../../../shared/contract/owner-rules.ts'
import { epochMs, toIso } from '../../../../shared/units.ts'
import { readSchedule } from './schedule.ts'

const schedule = (timeZone: string, ...allowed: Schedule['allowed']): Schedule => Schedule.parse({ timeZone, allowed })
const read = (rules: Schedule, time: string) => {
  const { allowed, until } = readSchedule(rules, epochMs(Date.parse(time)))
  return [allowed, until && toIso(until)]
}
const nights = schedule('Europe/London', { days: [1, 2, 3, 4, 5], from: '22:00', to: '07:00' })

// 2026-03-02 is a Monday; London is on UTC until 2026-03-29 01:00.
test.each([
  ['before the night', '2026-03-02T21:59:30Z', false, '2026-03-02T22:00:00.000Z'],
  ['at its first minute', '2026-03-02T22:00:00Z', true, '2026-03-03T07:00:00.000Z'],
  ['past midnight', '2026-03-03T03:00:00Z', true, '2026-03-03T07:00:00.000Z'],
  ['at its end', '2026-03-03T07:00:00Z', false, '2026-03-03T22:00:00.000Z'],
  ['Saturday morning belongs to Friday', '2026-03-07T06:00:00Z', true, '2026-03-07T07:00:00.000Z'],
  ['over the weekend', '2026-03-07T12:00:00Z', false, '2026-03-09T22:00:00.000Z'],
  ['in the night in which summer time begins', '2026-03-28T12:00:00Z', false, '2026-03-30T21:00:00.000Z'],
])('a schedule of nights, %s', (_name, time, allowed, until) => {
  expect(read(nights, time)).toEqual([allowed, until])
})

test('runs by the owner’s clock, not by UTC', () => {
  const tokyo = schedule('Asia/Tokyo', { days: [2], from: '00:00', to: '08:00' })
  expect(read(tokyo, '2026-03-02T15:00:00Z')).toEqual([true, '2026-03-02T23:00:00.000Z'])
})

test('the whole week never changes', () => {
  expect(read(schedule('UTC', { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' }), '2026-03-04T10:00:00Z')).toEqual([true, null])
})

test('two windows that touch are one', () => {
  const touching = schedule('UTC', { days: [1], from: '08:00', to: '12:00' }, { days: [1], from: '12:00', to: '18:00' })
  expect(read(touching, '2026-03-02T09:00:00Z')).toEqual([true, '2026-03-02T18:00:00.000Z'])
})

test.each([
  { timeZone: 'Mars/Olympus', allowed: [{ days: [1], from: '08:00', to: '12:00' }] },
  { timeZone: 'UTC', allowed: [] },
  { timeZone: 'UTC', allowed: [{ days: [8], from: '08:00', to: '24:00' }] },
])('refuses nonsense: %j', (rules) => {
  expect(Schedule.safeParse(rules).success).toBe(false)
})

const time = fc.integer({ min: 0, max: 1_439 }).map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
const rules = fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), from: time, to: time })

test('what it announces is what comes', () => {
  fc.assert(
    fc.property(fc.array(rules, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 10_000 }), (allowed, minute) => {
      const week = schedule('UTC', ...allowed)
      const now = epochMs(Date.parse('2026-03-02T00:00:00Z') + minute * 60_000)
      const { allowed: before, until } = readSchedule(week, now)
      if (until === null) return
      expect(readSchedule(week, until).allowed).toBe(!before)
      expect(readSchedule(week, epochMs(until - 60_000)).allowed).toBe(before)
    }),
  )
})

/** The hours around which clocks are set: days of 23 and 25 hours, half an hour on Lord Howe Island, and a zone without summer time. */
const CHANGES = [
  ['Europe/London', '2026-03-28T00:00:00Z'],
  ['Europe/London', '2026-10-24T00:00:00Z'],
  ['America/New_York', '2026-03-07T00:00:00Z'],
  ['America/New_York', '2026-10-31T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T00:00:00Z'],
  ['Asia/Kolkata', '2026-03-28T00:00:00Z'],
] as const

test('where clocks are set, it changes exactly when it says, and at no minute before', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CHANGES), fc.array(rules, { minLength: 1, maxLength: 3 }), fc.nat(2 * 1_440), ([zone, from], allowed, minute) => {
      const week = schedule(zone, ...allowed)
      const now = Date.parse(from) + minute * 60_000
      const { allowed: before, until } = readSchedule(week, epochMs(now))
      const announced = until ?? Infinity
      expect(announced).toBeGreaterThan(now)
      for (let at = now; at < Math.min(announced, now + 36 * 3_600_000); at += 60_000) expect(readSchedule(week, epochMs(at)).allowed).toBe(before)
      if (until !== null) expect(readSchedule(week, until).allowed).toBe(!before)
    }),
    { numRuns: 25 },
  )
})

test.each([
  ['an hour that comes twice begins twice', '00:00', '01:30', '2026-10-25T00:45:00Z', false, '2026-10-25T01:00:00.000Z'],
  ['and ends once more', '00:00', '01:30', '2026-10-25T01:10:00Z', true, '2026-10-25T01:30:00.000Z'],
  ['an hour that is skipped begins where the clocks go on', '01:30', '05:00', '2026-03-29T00:30:00Z', false, '2026-03-29T01:00:00.000Z'],
])('%s', (_, from, to, time, allowed, until) => {
  expect(read(schedule('Europe/London', { days: [7], from, to }), time)).toEqual([allowed, until])
})
