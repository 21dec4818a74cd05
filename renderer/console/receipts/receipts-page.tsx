import type { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import { Id, Sha256Hex } from '../../../shared/contract/wire.ts'
import { formatEnergy, formatGrams, shortId } from '../../lib/format.ts'
import { METHOD_WORD } from '../../lib/words.ts'
import { OriginLabel } from '../../ui/origin-label.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { JOULES_PER_WH } from '../../../shared/units.ts'
import { FilterBar, TextFilter } from '../filter-bar.tsx'
import { JOB, NODE, REQUESTER, ZONE } from '../filter-shapes.ts'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useSeesAll } from '../me.ts'
import { DayFilter } from '../order/day-filter.tsx'
import { betweenDays } from '../order/days.ts'
import { given } from '../picks/given.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { LogCard } from './log-card.tsx'

const FIND = { schema: Id, like: 'the whole id of a receipt, or a SHA-256 in hexadecimal digits' }
const FILTERS = {
  find: { maxLength: 64, shape: FIND },
  job: { maxLength: 64, shape: JOB },
  node: { maxLength: 43, shape: NODE },
  requester: { maxLength: 64, shape: REQUESTER },
  model: { maxLength: 120 },
  zone: { maxLength: 20, shape: ZONE },
  since: { maxLength: 10 },
  until: { maxLength: 10 },
} satisfies FilterKinds

/** A hash is one of what a receipt speaks of: its body, its output, a proof. */
const found = (text: string | null) => {
  const hash = Sha256Hex.safeParse(text?.toLowerCase()).data
  return hash === undefined ? given('receipt', text) : { hash }
}

const keyOf = ({ receiptId }: ReceiptSummary): string => receiptId

/** Receipts that this coordinator has issued, and the log that they are in. */
export function ReceiptsPage() {
  const { client } = useServices()
  const seesAll = useSeesAll('receipts.read')
  const filters = useFilters(FILTERS)
  const { since, until } = betweenDays(filters.one('since'), filters.one('until'))
  const receipts = useRows({
    queryKey: ['receipts', 'list', filters.key],
    fetchPage: (page) =>
      client.call('listReceipts', {
        ...page,
        ...given('job', filters.one('job')),
        ...given('node', filters.one('node')),
        ...given('requester', filters.one('requester')),
        ...given('model', filters.one('model')),
        ...given('zone', filters.one('zone')),
        ...found(filters.one('find')),
        ...given('since', since),
        ...given('until', until),
      }),
    keyOf,
  })
  return (
    <Page title="Receipts">
      <p className={prose['lead']}>
        What each finished job took and emitted, signed. Anybody who holds a receipt can check it without asking us; open one to have it checked in this
        browser.
      </p>
      <FilterBar filters={filters}>
        <TextFilter filters={filters} name="find" label="Search" placeholder="Id of a receipt, or a SHA-256" isSearch />
        <TextFilter filters={filters} name="job" label="Job" placeholder="Id of a job" />
        <TextFilter filters={filters} name="node" label="Node" placeholder="Id of a node" />
        {seesAll ? <TextFilter filters={filters} name="requester" label="Requester" placeholder="Id of a requester" /> : null}
        <TextFilter filters={filters} name="model" label="Model" placeholder="Such as whisper@3" />
        <TextFilter filters={filters} name="zone" label="Zone" placeholder="GB includes GB-13" />
        <DayFilter filters={filters} name="since" label="From (UTC day)" />
        <DayFilter filters={filters} name="until" label="To (UTC day)" />
      </FilterBar>
      <DataTable
        what="receipts"
        source={receipts}
        columns={receiptColumns(useNow())}
        keyOf={keyOf}
        narrowed={filters}
        empty={{ title: 'No receipts yet.', text: 'The first one is issued when the first job has been proven and verified.' }}
      />
      <LogCard />
    </Page>
  )
}

const receiptColumns = (now: number): readonly DataColumn<ReceiptSummary>[] => [
  { name: 'Receipt', cell: ({ receiptId }) => <a href={hrefOf({ page: 'receipt', receiptId })}>{shortId(receiptId)}</a>, text: keyOf },
  { name: 'Issued', cell: ({ issuedAt }) => <Utc at={issuedAt} now={now} />, text: ({ issuedAt }) => issuedAt },
  { name: 'Job', cell: ({ jobId }) => <a href={hrefOf({ page: 'job', jobId })}>{shortId(jobId)}</a>, text: ({ jobId }) => jobId },
  { name: 'Node', show: 'wide', cell: ({ nodeId }) => <a href={hrefOf({ page: 'node', nodeId })}>{shortId(nodeId)}</a>, text: ({ nodeId }) => nodeId },
  { name: 'Zone', cell: ({ zone }) => <a href={hrefOf({ page: 'zone', zone })}>{zone}</a>, text: ({ zone }) => zone },
  { name: 'Energy', unit: 'Wh', align: 'end', cell: ({ energyWh }) => formatEnergy(energyWh * JOULES_PER_WH), text: ({ energyWh }) => String(energyWh) },
  { name: 'CO₂e', unit: 'g', align: 'end', cell: ({ emissionsG }) => formatGrams(emissionsG), text: ({ emissionsG }) => String(emissionsG) },
  {
    name: 'Attributed saving',
    unit: 'g',
    align: 'end',
    cell: ({ attributedSavingG }) => formatGrams(attributedSavingG),
    text: ({ attributedSavingG }) => String(attributedSavingG),
  },
  { name: 'Metered by', show: 'wide', cell: ({ method }) => METHOD_WORD[method].short, text: ({ method }) => method },
  { name: 'Grid data', cell: ({ origin, recordedOn }) => <OriginLabel origin={origin} recordedOn={recordedOn} />, text: ({ origin }) => origin },
  { name: 'Log entry', align: 'end', hidden: true, cell: ({ leafIndex }) => leafIndex, text: ({ leafIndex }) => String(leafIndex) },
]
