import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { FleetSummary } from '../../../shared/contract/overview.ts'
import { Figure, Figures } from '../../ui/figures.tsx'
import { Answered } from '../answered.tsx'
import { ChoiceFilter, FilterBar, TextFilter } from '../filter-bar.tsx'
import { type FilterKinds, type Filters, useFilters } from '../filters.ts'
import { useMay } from '../me.ts'
import type { Outcome } from '../picks/each.ts'
import { given } from '../picks/given.ts'
import { OutcomeList } from '../picks/outcome-list.tsx'
import { usePicks } from '../picks/picked-bar.tsx'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'
import { NODE_STATE, PRESENCE, optionsOf } from '../words.ts'
import { NodeActs } from './node-acts.tsx'
import { nodeColumns, nodeKey } from './node-columns.tsx'

const FILTERS = {
  find: { maxLength: 80 },
  state: { choices: ['active', 'probation', 'quarantined', 'removed'] },
  presence: { choices: ['online', 'offline', 'unknown'] },
  gpu: { maxLength: 80 },
  zone: {},
  owner: { maxLength: 64 },
} as const satisfies FilterKinds

/** The machines that the filters leave, and what can be done with several of them. */
export function NodeList() {
  const { client } = useServices()
  const filters = useFilters(FILTERS)
  const summary = useQuery({ queryKey: ['nodes', 'summary'], queryFn: () => client.call('getFleetSummary', {}) })
  const nodes = useNodes(filters)
  const selection = usePicks(filters.key)
  const mayWrite = useMay('fleet.write')
  const now = useNow()
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([])
  return (
    <>
      <Answered query={summary} what="how many nodes there are" lines={2}>
        {(counts) => <Counts counts={counts} now={now} />}
      </Answered>
      <NodeFilters filters={filters} summary={summary.data} />
      <OutcomeList outcomes={outcomes} one="node" hrefOf={(nodeId) => hrefOf({ page: 'node', nodeId })} close={() => setOutcomes([])} />
      <DataTable
        what="nodes"
        source={nodes}
        columns={nodeColumns(now)}
        keyOf={nodeKey}
        narrowed={filters}
        {...(mayWrite ? { selection, acts: <NodeActs selection={selection} onOutcome={setOutcomes} /> } : {})}
        empty={{ title: 'No nodes yet.', text: 'A node appears when an agent enrols here. “Let machines in” above says how.' }}
      />
    </>
  )
}

function useNodes(filters: Filters<typeof FILTERS>) {
  const { client } = useServices()
  return useRows({
    queryKey: ['nodes', 'list', filters.key],
    fetchPage: (page) =>
      client.call('listNodes', {
        ...page,
        beginning: null,
        state: filters.all('state').join(',') || null,
        ...given('presence', filters.all('presence').join(',')),
        ...given('zone', filters.one('zone')?.toUpperCase()),
        ...given('gpu', filters.one('gpu')),
        ...given('owner', filters.one('owner')),
        ...given('search', filters.one('find')),
      }),
    keyOf: nodeKey,
  })
}

interface NodeFiltersProps {
  readonly filters: Filters<typeof FILTERS>
  readonly summary: FleetSummary | undefined
}

const NodeFilters = ({ filters, summary }: NodeFiltersProps) => (
  <FilterBar filters={filters}>
    <TextFilter filters={filters} name="find" label="Search" placeholder="Beginning of a node’s id or of its owner" isSearch />
    <ChoiceFilter filters={filters} name="gpu" label="GPU" options={(summary?.gpus ?? []).map(({ name }) => name)} />
    <ChoiceFilter filters={filters} name="zone" label="Zone" options={(summary?.zones ?? []).map(({ zone }) => zone)} />
    <ChoiceFilter filters={filters} name="state" label="State" options={optionsOf(NODE_STATE)} />
    <ChoiceFilter filters={filters} name="presence" label="Presence" options={optionsOf(PRESENCE)} />
    <TextFilter filters={filters} name="owner" label="Owner" placeholder="In full" />
  </FilterBar>
)

const number = (count: number): string => new Intl.NumberFormat('en-GB').format(count)

const Counts = ({ counts: { asOf, presence, doing, states }, now }: { readonly counts: FleetSummary; readonly now: number }) => (
  <Figures>
    <Figure name="Online">
      {number(presence.online)}
      <small>as of {formatUtc(asOf, now)}</small>
    </Figure>
    <Figure name="Working">{number(doing.working)}</Figure>
    <Figure name="Waiting">
      {number(doing.waiting)}
      <small>their owners do not let them now</small>
    </Figure>
    <Figure name="Quarantined">{number(states.quarantined)}</Figure>
  </Figures>
)
