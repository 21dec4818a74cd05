import { expect, test } from 'vitest'
import { betweenDays } from './days.ts'

test('days are those of UTC, and the last one belongs to them', () => {
  expect(betweenDays('2026-11-21', '2026-11-21')).toEqual({ since: '2026-11-21T00:00:00.000Z', until: '2026-11-22T00:00:00.000Z' })
})

test('what is no day limits nothing', () => {
  expect(betweenDays(null, '2026-02-30')).toEqual({ since: null, until: null })
  expect(betweenDays('yesterday', '20261121')).toEqual({ since: null, until: null })
})
