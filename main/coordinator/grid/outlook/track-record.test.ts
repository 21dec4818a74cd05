import { expect, test } from 'vitest'
import type { Signal } from '../../../../shared/contract/wire.ts'
import { toIso } from '../../../../shared/units.ts'
import type { Issue } from '../history.store.ts'
import { runOf } from './forecast-run.ts'
import { trackRecord } from './track-record.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const START = Date.UTC(2026, 2, 1)

/** Heard at `at`: what was measured in the hour before, and what is expected of the hours after it. */
function heard(at: number, ahead: readonly number[], measured = 0): Issue {
  const point = (hour: number, value: number, forecast: boolean) => ({
    from: toIso(at + hour * HOUR_MS),
    to: toIso(at + (hour + 1) * HOUR_MS),
    value,
    forecast,
  })
  const points = [point(-1, measured, false), ...ahead.map((value, hour) => point(hour, value, true))]
  return { signal: { zone: 'DE', kind: 'average', points } as unknown as Signal, receivedAt: at }
}
const slots = (from: number, values: readonly number[]) =>
  values.map((value, hour) => ({ from: from + hour * HOUR_MS, to: from + (hour + 1) * HOUR_MS, value, forecast: false }))

test('an error is that of a forecast of an earlier day for the same hour, as many days ahead', () => {
  const issues = [heard(START, [100, 100, 100]), heard(START + DAY_MS, [200, 200, 200])]
  const measured = [...slots(START, [110, 120, 130]), ...slots(START + DAY_MS, [190, 180])]
  const { errors } = trackRecord(issues, measured, START + 2 * DAY_MS)
  const at = (hour: number) => errors({ from: START + 2 * DAY_MS + hour * HOUR_MS, to: START + 2 * DAY_MS + (hour + 1) * HOUR_MS })
  expect([at(0), at(1), at(2), at(3)]).toEqual([[10, -10], [20, -20], [30], []])
})

test('half hours that are measured judge the hour that was forecast, unless one of them is missing', () => {
  const half = HOUR_MS / 2
  const measured = [
    { from: START, to: START + half, value: 100, forecast: false },
    { from: START + half, to: START + 2 * half, value: 140, forecast: false },
    { from: START + 2 * half, to: START + 3 * half, value: 100, forecast: false },
  ]
  const { errors } = trackRecord([heard(START, [100, 100])], measured, START + DAY_MS)
  expect([errors({ from: START + DAY_MS, to: 0 }), errors({ from: START + DAY_MS + HOUR_MS, to: 0 })]).toEqual([[20], []])
})

test('neither what an answer measured nor the forecast that is being judged counts as a past forecast', () => {
  const { errors } = trackRecord([heard(START, [100], 50)], slots(START - HOUR_MS, [70, 120]), START + DAY_MS)
  expect(errors({ from: START + DAY_MS - HOUR_MS, to: 0 })).toEqual([])
  expect(trackRecord([heard(START, [100])], slots(START, [120]), START).forecasts).toEqual([])
})

test('answers that repeat a forecast belong to it, and what they measure meanwhile does not change what it said', () => {
  const morning = runOf(heard(START, [100, 110, 120]), null)
  const later = runOf(heard(START + HOUR_MS, [110, 120, 130], 95), morning)
  expect(later.since).toBe(START)
  expect([...later.said.values()].map(({ value }) => value)).toEqual([100, 110, 120, 130])
  expect(runOf(heard(START + 2 * HOUR_MS, [121, 130], 95), later)).toMatchObject({ since: START + 2 * HOUR_MS })
})

test('an answer that says nothing of the same time, or says the same for longer than a day, begins another forecast', () => {
  const first = runOf(heard(START, [100]), null)
  expect(runOf(heard(START + 5 * HOUR_MS, [100]), first).since).toBe(START + 5 * HOUR_MS)
  const alike = Array.from({ length: 72 }, () => 100)
  expect(runOf(heard(START + DAY_MS, alike), runOf(heard(START, alike), null)).since).toBe(START)
  expect(runOf(heard(START + 25 * HOUR_MS, alike), runOf(heard(START, alike), null)).since).toBe(START + 25 * HOUR_MS)
})
