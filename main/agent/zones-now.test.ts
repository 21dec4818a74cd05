import { expect, test } from 'vitest'
import { liveZoneNames, zoneNames } from '../../shared/domain/zones.ts'
import { ZonesNow } from '../../shared/contract/zone-now.ts'
import { loadRecording } from '../kernel/grid-recording.ts'
import { modelledSignal } from '../kernel/grid-model.ts'
import { resourcesDirectory } from '../kernel/paths.ts'
import { zonesNow } from './zones-now.ts'

const NOW = Date.parse('2026-11-21T14:41:00.000Z')
const FROM = NOW - 41 * 60_000
const recording = loadRecording(resourcesDirectory)

const ask = (grid: Parameters<typeof zonesNow>[0]['grid']) => ZonesNow.parse(zonesNow({ grid, recording: () => recording, now: () => NOW }))
const live = { ...(modelledSignal('FR', FROM, NOW + 3_600_000) as NonNullable<ReturnType<typeof modelledSignal>>), zone: 'FR', origin: 'live' as const }

test('the own zone is known by its own signal, the others by what ships with Windfall, and that is said', () => {
  const { zones, attributions } = ask(() => ({ zone: 'FR', signal: live, state: 'fresh' }))
  expect(zones[0]).toMatchObject({ zone: 'FR', name: 'France', origin: 'live', state: 'fresh', gPerKWh: expect.any(Number) })
  expect(zones.find(({ zone }) => zone === 'GB-13')).toMatchObject({ origin: 'recorded', recordedOn: '2024-03-18/19', state: 'fresh' })
  expect(zones.find(({ zone }) => zone === 'DE')).toMatchObject({ origin: 'modelled', source: expect.stringContaining('day model') })
  expect(attributions.join()).toContain('NESO')
})

test('a zone that only live sources know has no value, and none is made up', () => {
  const { zones } = ask(() => ({ zone: 'GB-13', signal: null, state: 'missing' }))
  expect(zones.find(({ zone }) => zone === 'PL')).toEqual({
    zone: 'PL',
    name: 'Poland',
    gPerKWh: null,
    state: 'missing',
    origin: null,
    recordedOn: null,
    source: null,
    issuedAt: null,
  })
  expect(zones[0]).toMatchObject({ zone: 'GB-13', state: 'missing', gPerKWh: null })
})

test('every zone is named once, also where the own one is unknown', () => {
  const { zones } = ask(() => ({ zone: 'DK-DK1', signal: null, state: 'stale' }))
  expect(new Set(zones.map(({ zone }) => zone)).size).toBe(zones.length)
  expect(zones).toHaveLength(zoneNames.size + liveZoneNames.size + 1)
  expect(zones[0]).toMatchObject({ zone: 'DK-DK1', name: null, state: 'stale' })
})
