import type { IncidentSummary } from '../../../shared/contract/incident.ts'
import { shortId } from '../../lib/format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Sub } from '../../ui/ledger-table.tsx'
import { Page } from '../../ui/page.tsx'
import { ChoiceFilter, FilterBar, TextFilter } from '../filter-bar.tsx'
import { NODE, ZONE } from '../filter-shapes.ts'
import { type FilterKinds, useFilters } from '../filters.ts'
import { given } from '../picks/given.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { causeWord, incidentWord } from './incident-words.ts'

const CAUSES = ['intensity-spike', 'surplus', 'curtailment', 'frequency', 'stale-source', 'node-loss'] as const
const STATES = ['MONITORING', 'ANOMALY_DETECTED', 'EVALUATING', 'ADAPTING', 'RESOLVED'] as const
const FILTERS = {
  which: { choices: ['all'] },
  cause: { choices: CAUSES },
  state: { choices: STATES },
  zone: { maxLength: 20, shape: ZONE },
  node: { maxLength: 43, shape: NODE },
} satisfies FilterKinds

const keyOf = ({ incidentId }: IncidentSummary): string => incidentId

/** What the coordinator noticed on the grid and in the fleet. */
export function IncidentsPage() {
  const { client } = useServices()
  const filters = useFilters(FILTERS)
  const [zone, node] = [filters.one('zone'), filters.one('node')]
  const [states, causes] = [filters.all('state').join(','), filters.all('cause').join(',')]
  const incidents = useRows({
    queryKey: ['incidents', 'list', filters.key],
    fetchPage: (page) =>
      client.call('listIncidents', {
        ...page,
        which: filters.one('which') === 'all' || states.includes('RESOLVED') ? 'all' : 'open',
        ...(states === '' ? {} : { state: states }),
        ...(causes === '' ? {} : { cause: causes }),
        ...given('zone', zone),
        ...given('node', node),
      }),
    keyOf,
  })
  return (
    <Page title="Incidents">
      <FilterBar filters={filters}>
        <TextFilter filters={filters} name="zone" label="Zone" placeholder="Such as GB-13" isSearch />
        <TextFilter filters={filters} name="node" label="Node" placeholder="The whole id of a node" />
        <ChoiceFilter filters={filters} name="cause" label="Cause" options={CAUSES.map((cause) => ({ value: cause, label: causeWord(cause) }))} />
        <ChoiceFilter
          filters={filters}
          name="state"
          label="State"
          options={STATES.map((state) => ({ value: state, label: incidentWord({ state, clearing: null }).word }))}
        />
        <ChoiceFilter filters={filters} name="which" label="Show" options={[{ value: 'all', label: 'Ended ones, too' }]} none="Open ones" />
      </FilterBar>
      <DataTable
        what="incidents"
        source={incidents}
        columns={incidentColumns(useNow())}
        keyOf={keyOf}
        narrowed={filters}
        empty={{ title: 'No incident is open.', text: 'Everything that is watched is as it should be. Choose “Ended ones, too” for what was.' }}
      />
    </Page>
  )
}

const incidentColumns = (now: number): readonly DataColumn<IncidentSummary>[] => [
  {
    name: 'Incident',
    cell: ({ incidentId, cause, simulated }) => (
      <>
        <a href={hrefOf({ page: 'incident', incidentId })}>{causeWord(cause)}</a>
        <Sub>{simulated ? 'simulated' : shortId(incidentId)}</Sub>
      </>
    ),
    text: ({ incidentId }) => incidentId,
  },
  { name: 'Cause', hidden: true, cell: ({ cause }) => causeWord(cause), text: ({ cause }) => cause },
  { name: 'State', cell: (incident) => <Badge state={incidentWord(incident)} />, text: ({ state }) => state },
  { name: 'Where', cell: (incident) => <Where {...incident} />, text: ({ nodeId, zone }) => nodeId ?? zone },
  { name: 'Since', cell: ({ detectedAt }) => <Utc at={detectedAt} now={now} />, text: ({ detectedAt }) => detectedAt },
  { name: 'What was seen', show: 'wide', cell: ({ summary }) => summary, text: ({ summary }) => summary },
  { name: 'Simulated', hidden: true, cell: ({ simulated }) => (simulated ? 'yes' : 'no'), text: ({ simulated }) => String(simulated) },
  { name: 'Looked after by', cell: ({ acknowledged }) => acknowledged?.by ?? 'nobody yet', text: ({ acknowledged }) => acknowledged?.by ?? '' },
  { name: 'Ended', cell: ({ ended }) => <Utc at={ended?.at ?? null} now={now} />, text: ({ ended }) => ended?.at ?? '' },
]

export const Where = ({ nodeId, zone }: Pick<IncidentSummary, 'nodeId' | 'zone'>) =>
  nodeId === null ? <a href={hrefOf({ page: 'zone', zone })}>{zone}</a> : <a href={hrefOf({ page: 'node', nodeId })}>{shortId(nodeId)}</a>
