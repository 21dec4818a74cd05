import { expect, test } from 'vitest'
import { ReasonCode } from '../contract/policy.ts'
import { nextChange, reasonTitle } from './reason-words.ts'

const until = (...ends: (string | null)[]) => ends.map((end) => ({ until: end }))
const EARLY = '2026-11-21T15:00:00.000Z'
const LATE = '2026-11-22T01:00:00.000Z'

test('every reason has words of its own', () => {
  const titles = ReasonCode.options.map((code) => reasonTitle(code))
  expect(new Set(titles).size).toBe(ReasonCode.options.length)
  expect(titles.every((title) => title.length > 3 && title.length < 40)).toBe(true)
})

test('work goes on when the last reason has ended', () => {
  expect(nextChange([])).toBeNull()
  expect(nextChange(until(EARLY))).toEqual({ notBefore: EARLY, isCertain: true })
  expect(nextChange(until(LATE, EARLY))).toEqual({ notBefore: LATE, isCertain: true })
})

test('a reason without a known end makes the moment uncertain, never earlier', () => {
  expect(nextChange(until(EARLY, null))).toEqual({ notBefore: EARLY, isCertain: false })
  expect(nextChange(until(null))).toEqual({ notBefore: null, isCertain: false })
})
