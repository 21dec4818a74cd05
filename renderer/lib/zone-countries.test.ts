import { iso1A2Code } from '@rapideditor/country-coder'
import { expect, test } from 'vitest'
import atlas from 'world-atlas/countries-110m.json' with { type: 'json' }
import { liveZoneNames, zoneNames } from '../../shared/domain/zones.ts'
import { classOf, countryOf, mapCountries } from './zone-countries.ts'
import { someZones } from './zones.fake.ts'

interface Country {
  readonly id?: string
  readonly properties: { readonly name: string }
}
const countries = (atlas as unknown as { objects: { countries: { geometries: Country[] } } }).objects.countries.geometries

test('every zone that Windfall knows lies in a country that the map shows', () => {
  const shown = new Set(countries.map(({ id }) => id))
  for (const zone of [...zoneNames.keys(), ...liveZoneNames.keys()]) expect(shown.has(countryOf(zone) ?? ''), zone).toBe(true)
})

test('letters and digits of every country of the map are those of ISO 3166-1', () => {
  const coded = countries.flatMap(({ id }) => (id === undefined ? [] : [id]))
  expect(coded.length).toBeGreaterThan(170)
  for (const id of coded) expect(countryOf(iso1A2Code(id) ?? ''), id).toBe(id)
})

test('a country has a value only where one zone is the whole of it', () => {
  const looks = new Map(mapCountries(someZones().zones, 'GB-13').map((country) => [country.id, country]))
  expect(looks.get('826')).toMatchObject({ look: 'value', gPerKWh: 131, own: true })
  expect(looks.get('826')?.zones.map(({ zone }) => zone)).toEqual(['GB', 'GB-13'])
  expect(looks.get('056')).toMatchObject({ look: 'stale', gPerKWh: null, own: false })
  expect(looks.get('616')).toMatchObject({ look: 'missing' })
  expect(looks.get('840')).toMatchObject({ look: 'parts', gPerKWh: null })
  expect([...looks.keys()][0]).toBe('826')
})

test('a zone that the map does not show is no country of it', () => {
  expect(countryOf('XX-1')).toBeNull()
  expect(mapCountries([{ ...someZones().zones[0], zone: 'XX-1' } as never], 'XX-1')).toEqual([])
})

test('classes have upper ends', () => expect([0, 99.9, 100, 249, 450, 900].map(classOf)).toEqual([0, 0, 1, 1, 3, 3]))
