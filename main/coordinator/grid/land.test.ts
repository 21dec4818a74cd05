import { expect, test } from 'vitest'
import { zoneOfLand } from './land.ts'

test.each([
  ['London', 51.5, -0.1, 'GB'],
  ['Lerwick', 60.15, -1.14, 'GB'],
  ['Cardiff', 51.48, -3.18, 'GB'],
  ['Paris', 48.85, 2.35, 'FR'],
  ['Nice', 43.7, 7.27, 'FR'],
  ['Berlin', 52.5, 13.4, 'DE'],
  ['Madrid', 40.4, -3.7, 'ES'],
  ['Lisbon', 38.72, -9.14, 'PT'],
  ['Amsterdam', 52.37, 4.9, 'NL'],
  ['Brussels', 50.85, 4.35, 'BE'],
  ['Palermo', 38.12, 13.36, 'IT'],
])('%s is on the grid of its country', async (_, latitude, longitude, zone) => {
  expect(await zoneOfLand({ latitude, longitude })).toBe(zone)
})

test.each([
  ['Belfast', 54.6, -5.93],
  ['Jersey', 49.2, -2.1],
  ['the Isle of Man', 54.2, -4.5],
  ['Gibraltar', 36.14, -5.35],
  ['Tenerife', 28.3, -16.5],
  ['Palma', 39.57, 2.65],
  ['Ceuta', 35.89, -5.32],
  ['Ajaccio', 41.93, 8.74],
  ['Réunion', -21.1, 55.5],
  ['Bonaire', 12.15, -68.27],
  ['the Azores', 37.74, -25.67],
  ['Monaco', 43.738, 7.424],
  ['San Marino', 43.94, 12.45],
  ['Dallas', 32.8, -96.8],
  ['the North Sea', 56.5, 3],
  ['the South Pole', -90, 0],
  ['nowhere', 0, 180],
])('%s is not', async (_, latitude, longitude) => {
  expect(await zoneOfLand({ latitude, longitude })).toBeNull()
})
