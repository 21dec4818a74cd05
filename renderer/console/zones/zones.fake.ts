import type { ZoneOverview } from '../../../shared/contract/overview.ts'
import { NOW } from '../../lib/afternoon.fake.ts'
import type { FakeHandlers } from '../console.fake.tsx'

const at = (ms: number): string => new Date(NOW + ms).toISOString()

export const aZone = (zone: string, changes: Partial<ZoneOverview> = {}): ZoneOverview => ({
  zone,
  name: zone,
  state: 'fresh',
  reason: null,
  now: { at: at(0), gPerKWh: 148, forecast: false },
  inSixHours: { at: at(21_600_000), gPerKWh: 96, forecast: true },
  origin: 'live',
  recordedOn: null,
  source: 'energy-charts',
  issuedAt: at(-240_000),
  ageSeconds: 240,
  price: { minorPerKWh: 21, currency: 'EUR', market: 'wholesale' },
  nodes: { all: 3, online: 2 },
  completedLastHour: 12,
  ...changes,
})

export const zoneHandlers = (zones: readonly ZoneOverview[]): FakeHandlers => ({
  getZoneOverview: () => ({ asOf: at(0), zones: [...zones], attributions: ['Energy-Charts, CC BY 4.0'] }),
  listZones: () => ({
    zones: zones.map(({ zone }) => ({ zone, name: zone, sources: [{ kind: 'average', providers: ['energy-charts', 'entsoe'] }], otherwise: 'model' })),
  }),
  getGridAccuracy: ({ zone }) => ({ zone, method: 'Mean absolute error over 30 days', sources: [], reason: null }),
  getAbundance: ({ zone }) => ({ zone, periods: [], reason: 'Nobody publishes the renewable share of this zone.' }),
  getSignalOf: ({ zone }) => ({
    reason: null,
    signal: {
      zone,
      kind: 'average',
      basis: 'lifecycle',
      unit: 'gCO2/kWh',
      price: null,
      source: 'energy-charts',
      origin: 'live',
      recordedOn: null,
      issuedAt: at(-240_000),
      estimated: false,
      bodySha256: '0'.repeat(64),
      attribution: 'Energy-Charts, CC BY 4.0',
      points: [
        { from: at(-1_800_000), to: at(1_800_000), value: 148, forecast: false },
        { from: at(1_800_000), to: at(3_600_000), value: 96, forecast: true },
      ],
    },
  }),
})
