import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { forecastQuality } from './forecast-quality.ts'
import { DAY_MS, HOUR_MS, edited, readGrids, valueAt } from './series.ts'
import { syntheticGrid } from './synthetic-grid.ts'

const START = Date.parse('2027-05-01T00:00:00.000Z')
const JUDGED = { from: START + 35 * DAY_MS, to: START + 65 * DAY_MS }
const gridOf = (zone: string) => syntheticGrid(zone, { from: START, hours: 70 * 24, seed: 8 })

test.each(['GB', 'DE', 'US-CAL-CISO'])('in a grid like %s our forecast keeps more of what foresight saves than its rivals, and errs less', (zone) => {
  const [own, blend, persistence] = (['own', 'blend', 'persistence'] as const).map((rival) => forecastQuality(gridOf(zone), rival, JUDGED))
  expect(own?.kept).toBeGreaterThan(70)
  expect(own?.kept).toBeLessThanOrEqual(100)
  for (const rival of [blend, persistence]) expect(own?.kept).toBeGreaterThan((rival?.kept ?? 0) - 0.5)
  expect(own?.meanAbsoluteError).toBeLessThan(persistence?.meanAbsoluteError ?? 0)
  expect(own?.arrivals).toBeGreaterThan(600)
})

const daily = (_: number, at: number) => 200 + 100 * Math.cos((at / DAY_MS) * 2 * Math.PI)

test('a grid that is alike every day is foreseen wholly', () => {
  const grid = gridOf('GB')
  const quality = forecastQuality({ ...grid, intensity: edited(grid.intensity, daily) }, 'own', JUDGED)
  expect(quality.kept).toBeGreaterThan(99)
  expect(quality.meanAbsoluteError).toBeLessThan(1)
})

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-series-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return directory
}

test('series are read from files, with their gaps, and prices become hundredths per kWh', () => {
  const intensity = 'timestamp,value\n2023-01-01T00:00Z,181.5\n2023-01-01T02:00Z,190,7\n'
  const [grid] = readGrids(directoryWith({ 'DE-intensity.csv': intensity, 'DE-price.csv': 'timestamp,value\n2023-01-01T00:00,-5\n' }))
  const start = Date.parse('2023-01-01T00:00Z')
  expect([0, 1, 2, 3].map((hour) => grid && valueAt(grid.intensity, start + hour * HOUR_MS))).toEqual([181.5, null, 190, null])
  expect(grid?.price && valueAt(grid.price, start)).toBe(-0.5)
})

test('a file that is something else is refused with its line', () => {
  expect(() => readGrids(directoryWith({ 'DE-intensity.csv': 'timestamp,value\n2023-01-01T00:00Z,1\nyesterday,2\n' }))).toThrow(/line 3/)
  expect(() => readGrids(directoryWith({}))).toThrow(/no series/)
})
