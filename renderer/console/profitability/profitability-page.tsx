import { useQuery } from '@tanstack/react-query'
import { ProfitGroup, type ProfitSum, type Profitability } from '../../../shared/contract/profitability.ts'
import { formatSol, formatUsd } from '../../../shared/domain/money.ts'
import { JOULES_PER_KWH } from '../../../shared/units.ts'
import { formatEnergy, formatGrams, formatPercent } from '../../lib/format.ts'
import { Banner } from '../../ui/banner.tsx'
import { Figure, Figures } from '../../ui/figures.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { ChoiceFilter, FilterBar } from '../filter-bar.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { DayFilter } from '../order/day-filter.tsx'
import { betweenDays } from '../order/days.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'

const GROUPS = ['day', 'job', 'kind', 'requester', 'zone', 'model'] as const satisfies readonly ProfitGroup[]
const FILTERS = { by: { choices: GROUPS }, since: { maxLength: 10 }, until: { maxLength: 10 } } as const satisfies FilterKinds

const keyOf = ({ key }: ProfitSum): string => key ?? 'none'

/** What jobs bring and cost, in money and in grams. */
export function ProfitabilityPage() {
  const { client } = useServices()
  const filters = useFilters(FILTERS)
  const by = ProfitGroup.safeParse(filters.one('by')).data ?? 'day'
  const { since, until } = betweenDays(filters.one('since'), filters.one('until'))
  const asked = { by, ...(since === null ? {} : { from: since }), ...(until === null ? {} : { to: until }) }
  const sum = useQuery({
    queryKey: ['ledger', 'profitability', 'sum', filters.key],
    queryFn: () => client.call('getProfitability', { ...asked, after: null, limit: 1 }),
  })
  const rows = useRows({
    queryKey: ['ledger', 'profitability', filters.key],
    fetchPage: (page) => client.call('getProfitability', { ...asked, ...page }),
    keyOf,
  })
  return (
    <Page title="Profitability">
      <FilterBar filters={filters}>
        <ChoiceFilter filters={filters} name="by" label="Summed by" none="day" options={GROUPS.filter((group) => group !== 'day')} />
        <DayFilter filters={filters} name="since" label="From (UTC day)" />
        <DayFilter filters={filters} name="until" label="To (UTC day)" />
      </FilterBar>
      <Answered query={sum} what="the sums" lines={3}>
        {(answer) => <Total answer={answer} />}
      </Answered>
      <DataTable
        what={`profitability by ${by}`}
        source={rows}
        columns={profitColumns(by)}
        keyOf={keyOf}
        narrowed={filters}
        empty={{ title: 'No job has been paid for yet.', text: 'A job counts from the moment its books are closed, when it has been verified.' }}
      />
    </Page>
  )
}

const perEuro = (total: ProfitSum): string => (total.marginPerEur === null ? '–' : formatPercent(total.marginPerEur))
const gramsPerEuro = ({ gPerEur }: ProfitSum): string => (gPerEur === null ? '–' : formatGrams(gPerEur))

function Total({ answer: { total, basis, rate, rateReason } }: { readonly answer: Profitability }) {
  const metered = total.energyKWh === 0 ? 0 : total.measuredKWh / total.energyKWh
  return (
    <>
      {rate === null ? (
        <Banner tone="honey" glyph="bang">
          <strong>No grams per euro.</strong> {rateReason}
        </Banner>
      ) : null}
      <Figures>
        <Figure name="Paid by requesters">
          {formatUsd(total.revenueMicroUsd)} <Sub>{`${total.jobs} ${total.jobs === 1 ? 'job' : 'jobs'}`}</Sub>
        </Figure>
        <Figure name="To nodes">{formatUsd(total.nodeShareMicroUsd)}</Figure>
        <Figure name="Margin">
          {formatUsd(total.marginMicroUsd)}{' '}
          <Sub>{`${perEuro(total)} of what was paid; network fees of ${formatSol(total.networkFeeLamports)} not taken off`}</Sub>
        </Figure>
        <Figure name="CO₂e per euro">
          {gramsPerEuro(total)} <Sub>{`${formatEnergy(total.energyKWh * JOULES_PER_KWH)}, ${formatPercent(metered)} of it metered`}</Sub>
        </Figure>
      </Figures>
      <p className={prose['small']}>
        {basis}
        {rate === null ? '' : ` One euro is counted as ${formatUsd(rate.microUsdPerEur)} (${rate.source}).`}
      </p>
    </>
  )
}

/** What a sum is of, with the way to what is behind it. */
function Named({ by, sum: { key } }: { readonly by: ProfitGroup; readonly sum: ProfitSum }) {
  if (key === null) return <>of none of them</>
  if (by === 'job') return <a href={hrefOf({ page: 'job', jobId: key })}>{key}</a>
  if (by === 'zone') return <a href={hrefOf({ page: 'zone', zone: key })}>{key}</a>
  if (by === 'kind' || by === 'requester') return <a href={hrefOf({ page: 'jobs' }, new URLSearchParams({ [by]: key }))}>{key}</a>
  return <>{key}</>
}

const micro = (name: string, of: (sum: ProfitSum) => string, more: Partial<DataColumn<ProfitSum>> = {}): DataColumn<ProfitSum> => ({
  name,
  unit: 'micro-USD',
  align: 'end',
  cell: (sum) => formatUsd(of(sum)),
  text: of,
  ...more,
})

const profitColumns = (by: ProfitGroup): readonly DataColumn<ProfitSum>[] => [
  { name: `${by.charAt(0).toUpperCase()}${by.slice(1)}`, cell: (sum) => <Named by={by} sum={sum} />, text: ({ key }) => key ?? '' },
  ...(by === 'job' ? [] : [{ name: 'Jobs', align: 'end' as const, cell: ({ jobs }: ProfitSum) => jobs, text: ({ jobs }: ProfitSum) => String(jobs) }]),
  micro('Paid', (sum) => sum.revenueMicroUsd),
  micro('To nodes', (sum) => sum.nodeShareMicroUsd),
  micro('Margin', (sum) => sum.marginMicroUsd),
  micro('Checking', (sum) => sum.verificationMicroUsd, { show: 'wide' }),
  {
    name: 'Network fees',
    unit: 'lamports',
    align: 'end',
    hidden: true,
    cell: ({ networkFeeLamports }) => formatSol(networkFeeLamports),
    text: ({ networkFeeLamports }) => networkFeeLamports,
  },
  {
    name: 'Energy',
    unit: 'kWh',
    align: 'end',
    show: 'wide',
    cell: ({ energyKWh }) => formatEnergy(energyKWh * JOULES_PER_KWH),
    text: ({ energyKWh }) => String(energyKWh),
  },
  { name: 'CO₂e', unit: 'g', align: 'end', cell: ({ emissionsG }) => formatGrams(emissionsG), text: ({ emissionsG }) => String(emissionsG) },
  { name: 'Margin per euro', align: 'end', cell: perEuro, text: ({ marginPerEur }) => (marginPerEur === null ? '' : String(marginPerEur)) },
  { name: 'CO₂e per euro', unit: 'g', align: 'end', cell: gramsPerEuro, text: ({ gPerEur }) => (gPerEur === null ? '' : String(gPerEur)) },
]
