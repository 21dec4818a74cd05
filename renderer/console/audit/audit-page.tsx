import { z } from 'zod'
import { type ActSummary } from '../../../shared/contract/audit.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { ChoiceFilter, FilterBar, TextFilter } from '../filter-bar.tsx'
import { type FilterKinds, useFilters } from '../filters.ts'
import { DayFilter } from '../order/day-filter.tsx'
import { betweenDays } from '../order/days.ts'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { word } from '../words.ts'
import { ActPart } from './act-part.tsx'

const OUTCOMES = ['done', 'refused', 'failed'] as const
const SOMEBODY = {
  schema: z.string().regex(/^(?:[a-z-]{1,30}:[A-Za-z0-9_-]{1,80}|nobody)$/),
  like: 'member:ID, requester:ID, node:ID or nobody',
}
const FILTERS = {
  actor: { maxLength: 120, shape: SOMEBODY },
  about: { maxLength: 120, shape: SOMEBODY },
  call: { maxLength: 80, shape: { schema: z.string().regex(/^[A-Za-z]{1,80}$/), like: 'the name of a call, such as removeNode' } },
  outcome: { choices: OUTCOMES },
  since: { maxLength: 10 },
  until: { maxLength: 10 },
  act: { maxLength: 16 },
} satisfies FilterKinds

const SEQ = /^[1-9]\d{0,15}$/

const keyOf = ({ seq }: ActSummary): string => String(seq)

/** Who did what to this coordinator, and what was refused. */
export function AuditPage() {
  const { client } = useServices()
  const filters = useFilters(FILTERS)
  const acts = useRows({
    queryKey: ['acts', 'list', filters.key],
    fetchPage: (page) =>
      client.call('listActs', {
        ...page,
        actor: filters.one('actor'),
        about: filters.one('about'),
        call: filters.one('call'),
        outcome: OUTCOMES.find((outcome) => outcome === filters.one('outcome')) ?? null,
        ...betweenDays(filters.one('since'), filters.one('until')),
      }),
    keyOf,
  })
  const chosen = filters.one('act')
  return (
    <Page title="Audit">
      <p className={prose['lead']}>
        Every act of an operator, member or program that changes something, also when it was refused. Each record holds the hash of the one before it;{' '}
        <code>windfall audit verify</code> checks the whole log offline.
      </p>
      <FilterBar filters={filters}>
        <TextFilter filters={filters} name="actor" label="Who" placeholder="member:ID, requester:ID, nobody" isSearch />
        <TextFilter filters={filters} name="about" label="About" placeholder="node:ID, requester:ID…" />
        <TextFilter filters={filters} name="call" label="Call" placeholder="Such as removeNode" />
        <ChoiceFilter filters={filters} name="outcome" label="Outcome" options={OUTCOMES} />
        <DayFilter filters={filters} name="since" label="From (UTC day)" />
        <DayFilter filters={filters} name="until" label="To (UTC day)" />
      </FilterBar>
      {chosen !== null && SEQ.test(chosen) ? <ActPart seq={Number(chosen)} close={() => filters.set('act', [])} /> : null}
      <DataTable
        what="acts"
        source={acts}
        columns={actColumns(useNow(), (seq) => filters.set('act', [String(seq)]))}
        keyOf={keyOf}
        narrowed={filters}
        empty={{ title: 'Nobody has done anything yet.', text: 'The first act is written down when somebody changes something here.' }}
      />
    </Page>
  )
}

const OUTCOME = { done: word('leaf', 'check', 'Done'), refused: word('honey', 'bang', 'Refused'), failed: word('madder', 'cross', 'Failed') } as const

const actColumns = (now: number, choose: (seq: number) => void): readonly DataColumn<ActSummary>[] => [
  {
    name: 'Act',
    cell: ({ seq, call }) => (
      <Button look="quiet" onClick={() => choose(seq)}>
        {call}
      </Button>
    ),
    text: ({ call }) => call,
  },
  { name: 'Number', align: 'end', cell: ({ seq }) => seq, text: keyOf },
  { name: 'When', cell: ({ at }) => <Utc at={at} now={now} />, text: ({ at }) => at },
  { name: 'Who', cell: ({ actor }) => actor, text: ({ actor }) => actor },
  { name: 'Outcome', cell: ({ outcome }) => <Badge state={OUTCOME[outcome]} />, text: ({ outcome }) => outcome },
  { name: 'Why not', cell: ({ code }) => code ?? '–', text: ({ code }) => code ?? '' },
  { name: 'About', show: 'wide', cell: ({ about }) => about.join(', ') || '–', text: ({ about }) => about.join(' ') },
  { name: 'Hash', hidden: true, cell: ({ hash }) => <code>{hash.slice(0, 12)}…</code>, text: ({ hash }) => hash },
]
