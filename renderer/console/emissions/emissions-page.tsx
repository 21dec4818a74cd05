import { useQuery } from '@tanstack/react-query'
import { type EmissionSum, EmissionGroup } from '../../../shared/contract/emissions.ts'
import { JOULES_PER_KWH } from '../../../shared/units.ts'
import { formatEnergy, formatGrams, formatPercent, formatUncertainty, shortId } from '../../lib/format.ts'
import { Figure, Figures } from '../../ui/figures.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { ChoiceFilter, FilterBar } from '../filter-bar.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useSeesAll } from '../me.ts'
import { DayFilter } from '../order/day-filter.tsx'
import { betweenDays } from '../order/days.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'

const GROUPS = ['model', 'day', 'hour', 'zone', 'node', 'requester'] as const satisfies readonly EmissionGroup[]
const FILTERS = { by: { choices: GROUPS }, since: { maxLength: 10 }, until: { maxLength: 10 } } as const satisfies FilterKinds

const keyOf = ({ key, zone }: EmissionSum): string => `${key ?? 'none'} ${zone ?? ''}`

/** Energy and emissions, summed over signed receipts. */
export function EmissionsPage() {
  const { client } = useServices()
  const seesAll = useSeesAll('receipts.read')
  const filters = useFilters(FILTERS)
  const by = EmissionGroup.safeParse(filters.one('by')).data ?? 'model'
  const { since, until } = betweenDays(filters.one('since'), filters.one('until'))
  const asked = { by, ...(since === null ? {} : { since }), ...(until === null ? {} : { until }) }
  const sum = useQuery({
    queryKey: ['receipts', 'emissions', 'sum', filters.key],
    queryFn: () => client.call('getEmissions', { ...asked, after: null, limit: 1 }),
  })
  const rows = useRows({ queryKey: ['receipts', 'emissions', filters.key], fetchPage: (page) => client.call('getEmissions', { ...asked, ...page }), keyOf })
  return (
    <Page title="Emissions">
      <FilterBar filters={filters}>
        <ChoiceFilter
          filters={filters}
          name="by"
          label="Summed by"
          none="model"
          options={GROUPS.filter((group) => group !== 'model' && (seesAll || group !== 'requester'))}
        />
        <DayFilter filters={filters} name="since" label="From (UTC day)" />
        <DayFilter filters={filters} name="until" label="To (UTC day)" />
      </FilterBar>
      <Answered query={sum} what="the sums" lines={3}>
        {({ total, basis }) => (
          <>
            <Total total={total} />
            <p className={prose['small']}>{basis}</p>
          </>
        )}
      </Answered>
      <DataTable
        what={`emissions by ${by}`}
        source={rows}
        columns={emissionColumns(by)}
        keyOf={keyOf}
        narrowed={filters}
        empty={{ title: 'Nothing has been emitted yet.', text: 'Sums are made of receipts: the first one is issued when the first job has been verified.' }}
      />
    </Page>
  )
}

/** What share of something is known how. */
function Total({
  total: { energyKWh, emissionsG, attributedSavingG, byOrigin, unmeteredKWh, uncertaintyPct, receipts, jobs },
}: {
  readonly total: EmissionSum
}) {
  const share = (part: number): string => (energyKWh === 0 ? formatPercent(0) : formatPercent(part / energyKWh))
  return (
    <Figures>
      <Figure name="Energy">
        {formatEnergy(energyKWh * JOULES_PER_KWH)} <Sub>{`${formatUncertainty(uncertaintyPct)}; ${share(unmeteredKWh)} of it estimated, not metered`}</Sub>
      </Figure>
      <Figure name="CO₂e">
        {formatGrams(emissionsG)}{' '}
        <Sub>{`grid data: ${share(byOrigin.live.energyKWh)} live, ${share(byOrigin.recorded.energyKWh)} recorded, ${share(byOrigin.modelled.energyKWh)} modelled`}</Sub>
      </Figure>
      <Figure name="Attributed saving">
        {formatGrams(attributedSavingG)} <Sub>against starting each job when it was submitted</Sub>
      </Figure>
      <Figure name="Receipts">
        {receipts} <Sub>{`of ${jobs} ${jobs === 1 ? 'job' : 'jobs'}`}</Sub>
      </Figure>
    </Figures>
  )
}

/** What a sum is of, with the receipts behind it. */
function Named({ by, sum: { key, zone } }: { readonly by: EmissionGroup; readonly sum: EmissionSum }) {
  if (key === null) return <>none named</>
  const name = by === 'node' ? shortId(key) : key
  if (by === 'hour' || by === 'day')
    return (
      <>
        <time dateTime={key}>{by === 'day' ? key.slice(0, 10) : `${key.slice(0, 10)} ${key.slice(11, 16)}Z`}</time> {zone === null ? null : <Sub>{zone}</Sub>}
      </>
    )
  return <a href={hrefOf({ page: 'receipts' }, new URLSearchParams({ [by]: key }))}>{name}</a>
}

const number = (value: number | null): string => (value === null ? '' : String(value))

const emissionColumns = (by: EmissionGroup): readonly DataColumn<EmissionSum>[] => [
  {
    name: by === 'hour' || by === 'day' ? 'From (UTC)' : `${by.charAt(0).toUpperCase()}${by.slice(1)}`,
    cell: (sum) => <Named by={by} sum={sum} />,
    text: ({ key }) => key ?? '',
  },
  ...(by === 'hour' ? [{ name: 'Zone', hidden: true, cell: ({ zone }: EmissionSum) => zone ?? '–', text: ({ zone }: EmissionSum) => zone ?? '' }] : []),
  { name: 'Receipts', align: 'end', cell: ({ receipts }) => receipts, text: ({ receipts }) => String(receipts) },
  { name: 'Energy', unit: 'kWh', align: 'end', cell: ({ energyKWh }) => formatEnergy(energyKWh * JOULES_PER_KWH), text: ({ energyKWh }) => String(energyKWh) },
  { name: 'CO₂e', unit: 'g', align: 'end', cell: ({ emissionsG }) => formatGrams(emissionsG), text: ({ emissionsG }) => String(emissionsG) },
  {
    name: 'Attributed saving',
    unit: 'g',
    align: 'end',
    cell: ({ attributedSavingG }) => formatGrams(attributedSavingG),
    text: ({ attributedSavingG }) => String(attributedSavingG),
  },
  {
    name: 'CO₂e per job',
    unit: 'g',
    align: 'end',
    cell: ({ gPerJob }) => (gPerJob === null ? '–' : formatGrams(gPerJob)),
    text: ({ gPerJob }) => number(gPerJob),
  },
  {
    name: 'CO₂e per GPU hour',
    unit: 'g',
    align: 'end',
    show: 'wide',
    cell: ({ gPerGpuHour }) => (gPerGpuHour === null ? '–' : formatGrams(gPerGpuHour)),
    text: ({ gPerGpuHour }) => number(gPerGpuHour),
  },
  {
    name: 'Embodied',
    unit: 'g',
    align: 'end',
    hidden: true,
    cell: ({ embodiedG }) => (embodiedG === null ? '–' : formatGrams(embodiedG)),
    text: ({ embodiedG }) => number(embodiedG),
  },
  {
    name: 'Estimated, not metered',
    unit: 'kWh',
    align: 'end',
    hidden: true,
    cell: ({ unmeteredKWh }) => formatEnergy(unmeteredKWh * JOULES_PER_KWH),
    text: ({ unmeteredKWh }) => String(unmeteredKWh),
  },
]
