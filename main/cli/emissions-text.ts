import type { EmissionSum, Emissions } from '../../shared/contract/emissions.ts'
import { csvRow } from '../../shared/domain/csv.ts'
import { energy, gramsOf } from './format.ts'
import { table } from './output.ts'

const kWh = (value: number): string => energy(value * 3_600_000)

/** Which part of the energy rests on grid figures that nobody measured there and then, in words. */
function originsOf({ energyKWh, byOrigin: { recorded, modelled } }: EmissionSum): string {
  if (energyKWh === 0) return '–'
  const share = (part: number, word: string) => (part > 0 ? [`${Math.round((100 * part) / energyKWh)} % ${word}`] : [])
  const parts = [...share(recorded.energyKWh, 'recorded'), ...share(modelled.energyKWh, 'modelled')]
  return parts.length === 0 ? 'live' : parts.join(', ')
}

const NONE = { model: '(no model)', requester: '(not known any more)', node: '–', zone: '–', hour: '–', day: '–' } as const

function nameOf({ key, zone }: EmissionSum, by: Emissions['by']): string {
  if (key === null) return NONE[by]
  if (by === 'hour') return `${key.slice(0, 16).replace('T', ' ')}  ${zone ?? ''}`
  return by === 'day' ? key.slice(0, 10) : key
}

const orNone = (value: number | null): string => (value === null ? '–' : gramsOf(value))

const cells = (sum: EmissionSum, name: string): string[] => [
  name,
  String(sum.jobs),
  `${sum.unmeteredKWh > 0 ? '≈ ' : ''}${kWh(sum.energyKWh)}`,
  gramsOf(sum.emissionsG),
  orNone(sum.gPerJob),
  orNone(sum.gPerGpuHour),
  gramsOf(sum.attributedSavingG),
  originsOf(sum),
]

/** What people read. */
export function describeEmissions({ by, total, items, next, basis, since, until }: Emissions): string[] {
  if (total.receipts === 0) return ['No receipts of that time.']
  const head = [
    `${by}${by === 'hour' || by === 'day' ? ' (UTC)' : ''}`,
    'jobs',
    'energy',
    'emissions',
    'per job',
    'per GPU hour',
    'attributed saving',
    'grid data',
  ]
  return [
    `from ${since ?? 'the first receipt'} to ${until ?? 'now'}`,
    '',
    ...table([head, ...items.map((sum) => cells(sum, nameOf(sum, by))), cells(total, 'all together')]),
    '',
    `± ${total.uncertaintyPct.toFixed(1)} % (k = 2) of the energy.${total.unmeteredKWh > 0 ? ` ≈ ${kWh(total.unmeteredKWh)} of it is an estimate that nothing metered.` : ''}`,
    ...total.sci.map(({ value, r }) => `SCI (ISO/IEC 21031) ${gramsOf(value)} per ${r === 'job' ? 'job' : 'GPU hour'}`),
    basis,
    ...(next === null ? [] : [`more: --after "${next}"`]),
  ]
}

/** Later versions add columns at the end; none is renamed or moved. */
export const EMISSIONS_HEAD = csvRow([
  'key',
  'zone',
  'receipts',
  'jobs',
  'energy_kwh',
  'location_based_g',
  'market_based_g',
  'baseline_g',
  'attributed_saving_g',
  'embodied_g',
  'gpu_hours',
  'g_per_job',
  'g_per_gpu_hour',
  'live_kwh',
  'recorded_kwh',
  'modelled_kwh',
  'estimated_kwh',
  'unmetered_kwh',
  'uncertainty_pct',
])

export const emissionsRow = (sum: EmissionSum): string =>
  csvRow([
    sum.key,
    sum.zone,
    sum.receipts,
    sum.jobs,
    sum.energyKWh,
    sum.emissionsG,
    sum.marketBasedG,
    sum.baselineG,
    sum.attributedSavingG,
    sum.embodiedG,
    sum.gpuHours,
    sum.gPerJob,
    sum.gPerGpuHour,
    sum.byOrigin.live.energyKWh,
    sum.byOrigin.recorded.energyKWh,
    sum.byOrigin.modelled.energyKWh,
    sum.estimatedKWh,
    sum.unmeteredKWh,
    sum.uncertaintyPct,
  ])
