import { expect, test } from 'vitest'
import { Signal } from '../../shared/contract/wire.ts'
import { meanOver, slotsOf } from '../../shared/domain/signal.ts'
import { modelledSignal } from './grid-model.ts'

const MIDNIGHT = Date.parse('2026-06-21T00:00:00.000Z')
const DAY = 86_400_000
const ZONES = ['FR', 'DE', 'ES', 'PT', 'NL', 'BE', 'GB', 'IT', 'US-CAL-CISO', 'US-NY-NYIS', 'US-TEX-ERCO']

function day(zone: string): Signal {
  const signal = modelledSignal(zone, MIDNIGHT, MIDNIGHT + DAY)
  if (!signal) throw new Error(`no profile of ${zone}`)
  return signal
}

test.each(ZONES)('%s has a day that is never passed off as measured', (zone) => {
  const signal = Signal.parse(day(zone))
  expect(signal).toMatchObject({ zone, origin: 'modelled', estimated: true, recordedOn: null, kind: 'average' })
  expect(signal.source).toMatch(/^Windfall day model 1 on /)
  expect(signal.points).toHaveLength(48)
  expect(signal.points.every(({ value, forecast }) => value !== null && value > 0 && forecast)).toBe(true)
})

test.each([
  ['FR', 56],
  ['DE', 381],
  ['GB', 124],
  ['US-CAL-CISO', 195],
])('the mean of a day in %s is the published %i g', (zone, mean) => {
  expect(meanOver(slotsOf(day(zone)), MIDNIGHT, MIDNIGHT + DAY)?.value).toBeCloseTo(mean, 0)
})

const dip = (zone: string) => {
  const slots = slotsOf(day(zone))
  const lowest = slots.reduce((a, b) => (b.value < a.value ? b : a))
  const highest = slots.reduce((a, b) => (b.value > a.value ? b : a))
  return { ratio: lowest.value / highest.value, hour: new Date(lowest.from).getUTCHours() }
}

test('the more solar a zone has, the deeper its midday, in its own time', () => {
  expect(dip('US-CAL-CISO').ratio).toBeLessThan(dip('ES').ratio)
  expect(dip('ES').ratio).toBeLessThan(dip('FR').ratio)
  // The sun is highest at about 20:00 UTC in California and 11:20 in Germany; the evening peak moves the lowest point ahead of it.
  expect(dip('US-CAL-CISO').hour).toBe(19)
  expect(dip('DE').hour).toBe(10)
})

test('every day is the same and other zones have none', () => {
  expect(modelledSignal('ES', MIDNIGHT + 30 * DAY, MIDNIGHT + 31 * DAY)?.points.map(({ value }) => value)).toEqual(day('ES').points.map(({ value }) => value))
  expect(modelledSignal('GB-15', MIDNIGHT, MIDNIGHT + DAY)).toBeNull()
  expect(modelledSignal('XX', MIDNIGHT, MIDNIGHT + DAY)).toBeNull()
})
