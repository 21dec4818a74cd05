import type { ZoneNow, ZonesNow } from '../../shared/contract/zone-now.ts'
import { MINUTE, at } from './afternoon.fake.ts'

const zone = (changes: Partial<ZoneNow>): ZoneNow => ({
  zone: 'FR',
  name: 'France',
  gPerKWh: 41,
  state: 'fresh',
  origin: 'modelled',
  recordedOn: null,
  source: 'Windfall day model 1 on Ember yearly data 2023',
  issuedAt: at(-10 * MINUTE),
  ...changes,
})

/** What a machine in London knows of the zones. */
export const someZones = (): ZonesNow => ({
  zones: [
    zone({ zone: 'GB-13', name: 'London', gPerKWh: 97, origin: 'recorded', recordedOn: '2024-03-18/19' }),
    zone({ zone: 'GB', name: 'Great Britain', gPerKWh: 131 }),
    zone({}),
    zone({ zone: 'DE', name: 'Germany', gPerKWh: 402 }),
    zone({ zone: 'BE', name: 'Belgium', gPerKWh: 138, state: 'stale' }),
    zone({ zone: 'PL', name: 'Poland', gPerKWh: null, state: 'missing', origin: null, source: null, issuedAt: null }),
    zone({ zone: 'US-CAL-CISO', name: 'California', gPerKWh: 212 }),
    zone({ zone: 'US-NY-NYIS', name: 'New York', gPerKWh: 240 }),
  ],
  attributions: ['Contains data of the National Energy System Operator (NESO), Carbon Intensity, CC BY 4.0'],
})
