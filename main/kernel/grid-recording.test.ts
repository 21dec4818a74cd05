import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Signal } from '../../shared/contract/wire.ts'
import { halfHourFloor } from '../../shared/domain/half-hours.ts'
import { meanOver, slotsOf } from '../../shared/domain/signal.ts'
import { HALF_HOUR_MS } from '../../shared/units.ts'
import { resourcesDirectory } from './paths.ts'
import { sha256Hex } from './signing.ts'
import { loadRecording } from './grid-recording.ts'

const recording = loadRecording(resourcesDirectory)
const DAY = 86_400_000
const at = (text: string): number => Date.parse(text)
const firstValue = (zone: string, time: number, played = recording): number | null | undefined =>
  played.signal(zone, time, time + HALF_HOUR_MS)?.points[0]?.value

test('says everywhere that it is a recording, of what day, and whose', () => {
  const signal = recording.signal('GB-13', at('2026-03-18T12:00Z'), at('2026-03-20T12:00Z'))
  expect(Signal.parse(signal)).toMatchObject({
    origin: 'recorded',
    recordedOn: '2024-03-18/19',
    issuedAt: '2024-03-18T00:00:00.000Z',
    estimated: true,
    basis: 'direct',
    kind: 'average',
  })
  expect(signal?.attribution).toMatch(/NESO.*CC BY 4\.0/)
  expect(signal?.bodySha256).toBe(sha256Hex(readFileSync(join(resourcesDirectory, 'grid/neso-gb-regions-2024-03-18.csv'))))
  expect(signal?.points).toHaveLength(96)
})

test('shows the recorded value at the recorded moment', () => {
  expect(firstValue('GB-05', at('2024-03-18T00:00Z'))).toBe(142)
  expect(firstValue('GB-13', at('2024-03-18T05:30Z'))).toBe(192)
  expect(firstValue('GB-14', at('2024-03-19T23:30Z'))).toBe(195)
})

const mean = (zone: string) =>
  meanOver(slotsOf(recording.signal(zone, at('2024-03-18T00:00Z'), at('2024-03-20T00:00Z')) as Signal), at('2024-03-18T00:00Z'), at('2024-03-20T00:00Z'))?.value

test('the regions differ as they did: North Scotland, London, South Wales, East Midlands', () => {
  expect([mean('GB-01'), mean('GB-13'), mean('GB-07'), mean('GB-09')].map((value) => Math.round(value ?? 0))).toEqual([2, 135, 262, 291])
})

test('only the fourteen recorded regions are known', () => {
  expect(['GB', 'GB-15', 'GB-17', 'DE'].map((zone) => recording.signal(zone, 0, HALF_HOUR_MS))).toEqual([null, null, null, null])
})

test('any moment, past or future, shows one fixed value of the same time of day', () => {
  fc.assert(
    fc.property(fc.integer({ min: at('1990-01-01T00:00Z'), max: at('2100-01-01T00:00Z') }), fc.integer({ min: 0, max: 95 }), (moment, ahead) => {
      const slot = halfHourFloor(moment)
      const value = firstValue('GB-03', slot)
      const timeOfDay = ((slot % DAY) + DAY) % DAY
      expect([firstValue('GB-03', at('2024-03-18T00:00Z') + timeOfDay), firstValue('GB-03', at('2024-03-19T00:00Z') + timeOfDay)]).toContain(value)
      expect(firstValue('GB-03', slot + 2 * DAY)).toBe(value)
      const earlier = slot - ahead * HALF_HOUR_MS
      expect(recording.signal('GB-03', earlier, slot + HALF_HOUR_MS)?.points.at(-1)?.value).toBe(value)
    }),
  )
})

test('can be played from a chosen moment', () => {
  const played = loadRecording(resourcesDirectory, at('2026-05-05T10:00Z'))
  expect(firstValue('GB-05', at('2026-05-05T10:00Z'), played)).toBe(142)
  expect(firstValue('GB-05', at('2026-05-05T09:30Z'), played)).toBe(firstValue('GB-05', at('2024-03-19T23:30Z')))
})

test('a damaged file is named, not played', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'))
  cpSync(join(resourcesDirectory, 'grid'), join(folder, 'grid'), { recursive: true })
  const file = join(folder, 'grid/neso-gb-regions-2024-03-18.csv')
  const whole = readFileSync(file, 'utf8')
  for (const broken of [
    whole.replace('London', 'Paris'),
    whole.replace(',142,', ',many,'),
    whole.split('\n').slice(0, 50).join('\n'),
    whole.replace('2024-03-18T05:30Z', '2024-03-18T05:31Z'),
    '',
  ]) {
    writeFileSync(file, broken)
    expect(() => loadRecording(folder)).toThrow(expect.objectContaining({ code: 'config.invalid' }))
  }
})
