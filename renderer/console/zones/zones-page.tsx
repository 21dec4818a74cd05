import { useQuery } from '@tanstack/react-query'
import { Suspense, lazy } from 'react'
import type { ZoneOverview } from '../../../shared/contract/overview.ts'
import type { ZoneNow } from '../../../shared/contract/zone-now.ts'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import map from '../../ui/zone-map.module.css'
import { Answered } from '../answered.tsx'
import { ChoiceFilter, FilterBar, TextFilter } from '../filter-bar.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useServices } from '../services.ts'
import { DataTable } from '../table/data-table.tsx'
import { fixedRows } from '../table/fixed-rows.ts'
import { useNow } from '../use-now.ts'
import { zoneColumns } from './zone-columns.tsx'

const ZoneMap = lazy(async () => ({ default: (await import('../../ui/zone-map.tsx')).ZoneMap }))

const FILTERS = {
  find: { maxLength: 60 },
  known: { choices: ['fresh', 'stale', 'missing'] },
  which: { choices: ['all'] },
} as const satisfies FilterKinds

const nowOf = ({ zone, name, state, now, origin, recordedOn, source, issuedAt }: ZoneOverview): ZoneNow => ({
  zone,
  name,
  state,
  gPerKWh: now?.gPerKWh ?? null,
  origin,
  recordedOn,
  source,
  issuedAt,
})

/** How clean each zone is now and soon, what is known of it, and what runs there. */
export function ZonesPage() {
  const { client } = useServices()
  const filters = useFilters(FILTERS)
  const now = useNow()
  const all = filters.one('which') === 'all'
  const overview = useQuery({ queryKey: ['zones', 'overview', all], queryFn: () => client.call('getZoneOverview', { all }) })
  const find = filters.one('find')?.toLowerCase() ?? ''
  const known = filters.all('known')
  const isShown = ({ zone, name, state }: ZoneOverview): boolean =>
    `${zone} ${name ?? ''}`.toLowerCase().includes(find) && (known.length === 0 || known.includes(state))
  const zones = overview.data?.zones.filter(isShown)
  return (
    <Page title="Zones">
      <FilterBar filters={filters}>
        <TextFilter filters={filters} name="find" label="Search" placeholder="Part of a zone or of its name" isSearch />
        <ChoiceFilter filters={filters} name="known" label="Grid data" options={FILTERS.known.choices} />
        <ChoiceFilter filters={filters} name="which" label="Zones" options={[{ value: 'all', label: 'Every zone that is known' }]} none="Zones with nodes" />
      </FilterBar>
      <Answered query={overview} what="the zones">
        {({ zones: every, attributions }) => (
          <>
            {every.length === 0 ? null : (
              <Suspense fallback={<span className={map['waiting']} aria-hidden="true" aria-busy="true" />}>
                <ZoneMap zones={every.map(nowOf)} />
              </Suspense>
            )}
            <DataTable
              what="zones"
              source={fixedRows({ ...overview, data: zones })}
              columns={zoneColumns(now)}
              keyOf={({ zone }) => zone}
              narrowed={filters}
              empty={{ title: 'No zone has a node yet.', text: 'Choose “Every zone that is known” to see what the grid is like before a machine joins.' }}
            />
            <p className={prose['small']}>{attributions.join(' · ')}</p>
          </>
        )}
      </Answered>
    </Page>
  )
}
