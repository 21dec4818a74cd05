import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Signal } from '../../../shared/contract/wire.ts'
import { slotsOf } from '../../../shared/domain/signal.ts'
import { epochMs } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { Instant, type LiveSlot, LooseNumber, hashOf, issuedAtOf, liveSignal, meansBy, nextIssue, partsOf, slotsWithin } from './live-signal.ts'

const START = Date.parse('2026-03-29T00:00:00.000Z')
const QUARTER = 900_000
const DAY = 86_400_000
const answer = { sha256: sha256Hex('body'), receivedAt: epochMs(START) }
const parts = { zone: 'DE', kind: 'price', source: 'Somebody', estimated: false, attribution: 'Somebody', answers: [answer] } as const

/** Quarter hours, half hours and hours, with gaps and twice the same, in any order. */
const messySlots = fc.array(
  fc
    .record({
      at: fc.nat(200),
      quarters: fc.constantFrom(1, 2, 4),
      value: fc.option(fc.double({ min: -100, max: 1_000, noNaN: true })),
      forecast: fc.boolean(),
    })
    .map(({ at, quarters, value, forecast }): LiveSlot => ({ from: START + at * QUARTER, to: START + (at + quarters) * QUARTER, value, forecast })),
  { maxLength: 300 },
)
const stretches = fc
  .tuple(fc.nat(200), fc.integer({ min: 1, max: 200 }))
  .map(([at, length]) => ({ from: START + at * QUARTER, to: START + (at + length) * QUARTER }))

test('whatever arrives, points are in order, do not overlap, touch the stretch and say what was said', () => {
  fc.assert(
    fc.property(messySlots, stretches, (slots, stretch) => {
      const within = slotsWithin(slots, stretch)
      for (const [index, slot] of within.entries()) {
        expect(slot.from).toBeLessThan(slot.to)
        expect(slot.to).toBeLessThanOrEqual(within[index + 1]?.from ?? Infinity)
        expect(slot.from < stretch.to && slot.to > stretch.from).toBe(true)
        expect(slots.findLast(({ from }) => from === slot.from)).toMatchObject({ value: slot.value, forecast: slot.forecast })
      }
      const signal = liveSignal(stretch, { ...parts, slots })
      if (signal) expect(slotsOf(Signal.parse(signal))).toHaveLength(within.filter(({ value }) => value !== null).length)
      else expect(within).toEqual([])
    }),
  )
})

test('a mean lies between what it is made of, and leaves nothing out', () => {
  fc.assert(
    fc.property(messySlots, (slots) => {
      const known = slots.flatMap(({ value }) => value ?? [])
      for (const { from, to, value } of meansBy(slots, 4 * QUARTER)) {
        expect([(from - START) % QUARTER, to - from]).toEqual([0, 4 * QUARTER])
        if (value !== null) expect(value >= Math.min(...known) - 1e-3 && value <= Math.max(...known) + 1e-3).toBe(true)
      }
    }),
  )
})

test('a mean weighs by time, and a forecast in it makes it one', () => {
  const slot = (at: number, quarters: number, value: number | null, forecast = false) => ({
    from: START + at * QUARTER,
    to: START + (at + quarters) * QUARTER,
    value,
    forecast,
  })
  expect(meansBy([slot(0, 2, 10), slot(2, 1, 40), slot(3, 1, null), slot(4, 1, null, true)], 4 * QUARTER)).toEqual([slot(0, 4, 20), slot(4, 4, null, true)])
  expect(meansBy([slot(0, 4, 10)], QUARTER)).toEqual([slot(0, 4, 10)])
})

test('parts cover a stretch once, and no stretch beyond what a signal holds', () => {
  expect(partsOf({ from: 0, to: 25 }, 10)).toEqual([
    { from: 0, to: 10 },
    { from: 10, to: 20 },
    { from: 20, to: 25 },
  ])
  expect(partsOf({ from: 10, to: 10 }, 10)).toEqual([])
  expect(partsOf({ from: 20, to: 10 }, 10)).toEqual([])
  expect(() => partsOf({ from: START, to: START + 42 * DAY }, DAY)).toThrow(expect.objectContaining({ code: 'input.invalid' }))
})

test('more values than a signal holds are refused, not dropped', () => {
  const slots = Array.from({ length: 2_001 }, (_, index) => ({ from: index, to: index + 1, value: 1, forecast: false }))
  expect(() => liveSignal({ from: 0, to: 5_000 }, { ...parts, slots })).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  expect(liveSignal({ from: 0, to: 2_000 }, { ...parts, slots })?.points).toHaveLength(2_000)
})

test('one body has its own hash, several the hash of their hashes', () => {
  expect(hashOf([answer])).toBe(answer.sha256)
  expect(hashOf([answer, answer])).toBe(sha256Hex(answer.sha256 + answer.sha256))
})

test('the newest time of issue counts, and none of the future', () => {
  expect(issuedAtOf([START - 5, null, START - 2, undefined], [answer])).toBe(START - 2)
  expect(issuedAtOf([START + DAY], [answer])).toBe(START)
  expect(issuedAtOf([], [answer])).toBe(START)
})

test('the next issue is after now, at its own minute', () => {
  expect(nextIssue(START, 1_000)).toBe(START + 1_000)
  expect(nextIssue(START + 999, 1_000, 500)).toBe(START + 1_500)
  expect(nextIssue(START + 499, 1_000, 500)).toBe(START + 500)
})

test.each([
  ['2026-03-18T12:00Z', true],
  ['2026-03-18T12:00:00+01:00', true],
  ['2026-03-18T12:00:00.1234567Z', true],
  ['2026-03-18T12:00', false],
  ['2026-03-18', false],
  ['2026-13-18T12:00Z', false],
  ['yesterday', false],
])('%s is a time: %s', (text, valid) => {
  expect(Instant.safeParse(text).success).toBe(valid)
})

test.each([
  ['12', 12],
  ['-0.5', -0.5],
  [7, 7],
  [null, null],
  [undefined, null],
])('%s is read as %s', (text, value) => {
  expect(LooseNumber.parse(text)).toBe(value)
})

test.each(['', 'NaN', '1e9999', '0x10', ' 1', true])('%s is no number', (text) => {
  expect(LooseNumber.safeParse(text).success).toBe(false)
})
