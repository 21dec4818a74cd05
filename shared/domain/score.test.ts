import { expect, test } from 'vitest'
import { placementScore } from './score.ts'
import { gbRegionId, gbZone, zoneNames } from './zones.ts'

test.each([
  [0, 0, 0, 0],
  [500, 0, 0, 0.6],
  [0, 100, 0, 0.3],
  [0, 0, 1, 0.1],
  [250, 30, 0.5, 0.3 + 0.09 + 0.05],
  [1_000, -20, 0, 1.2 - 0.06],
])('%d g, %d per kWh and %d in use score %d', (gPerKWh, priceMinorPerKWh, utilisation, total) => {
  const score = placementScore({ gPerKWh, priceMinorPerKWh, utilisation })
  expect(score.total).toBeCloseTo(total)
  expect(score.intensity + score.price + score.utilisation).toBeCloseTo(score.total)
})

test('regions of Great Britain are zones 1 to 17, and nothing else is', () => {
  expect(gbRegionId('GB-13')).toBe(13)
  expect(zoneNames.get(gbZone(13))).toBe('London')
  expect(['GB', 'GB-00', 'GB-18', 'GB-1', 'DE'].map(gbRegionId)).toEqual([null, null, null, null, null])
  expect(zoneNames.size).toBe(28)
})
