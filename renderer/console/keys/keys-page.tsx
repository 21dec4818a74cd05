import type { ApiKeyView } from '../../../shared/contract/api-key.ts'
import { Badge } from '../../ui/badge.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { FilterBar, TextFilter } from '../filter-bar.tsx'
import { REQUESTER } from '../filter-shapes.ts'
import { type FilterKinds, useFilters } from '../filters.ts'
import { useMay, useSeesAll } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { word } from '../words.ts'
import { MakeKey, RevokeKey, RotateKey } from './key-dialogs.tsx'

const FILTERS = { requester: { maxLength: 64, shape: REQUESTER } } satisfies FilterKinds

const keyOf = ({ prefix }: ApiKeyView): string => prefix

/** API keys, by which programs act for an account. */
export function KeysPage() {
  const { client } = useServices()
  const [mayWrite, seesAll] = [useMay('keys.write'), useSeesAll('keys.read')]
  const filters = useFilters(FILTERS)
  const requesterId = filters.one('requester')
  const keys = useRows({
    queryKey: ['keys', 'list', filters.key],
    fetchPage: (page) => client.call('listApiKeys', { ...page, ...(requesterId === null ? {} : { requesterId }) }),
    keyOf,
  })
  return (
    <Page title="API keys">
      <p className={prose['lead']}>
        Programs act by keys. Give each its own, with no more rights than it needs: then one can be ended without the others. A key is shown once, when it is
        made, and kept nowhere.
      </p>
      {mayWrite ? (
        <Acts>
          <Act label="Make a key…" look="primary">
            {makeKey}
          </Act>
        </Acts>
      ) : null}
      {seesAll ? (
        <FilterBar filters={filters}>
          <TextFilter filters={filters} name="requester" label="Requester" placeholder="Id of a requester" isSearch />
        </FilterBar>
      ) : null}
      <DataTable
        what="API keys"
        source={keys}
        columns={keyColumns(useNow(), mayWrite)}
        keyOf={keyOf}
        narrowed={filters}
        empty={{ title: 'No keys yet.', text: 'Make one for each program that is to submit jobs or to look at them.' }}
      />
    </Page>
  )
}

const makeKey = (close: () => void) => <MakeKey close={close} />

const STATE = { active: word('leaf', 'check', 'Active'), expired: word('plain', 'ring', 'Expired'), revoked: word('plain', 'cross', 'Revoked') } as const

const rightsOf = ({ may }: ApiKeyView): string =>
  may === null
    ? 'all of its account'
    : Object.entries(may)
        .map(([name, reach]) => (reach === 'own' ? `${name} (own)` : name))
        .join(', ')

const keyColumns = (now: number, mayWrite: boolean): readonly DataColumn<ApiKeyView>[] => [
  { name: 'Key', cell: ({ prefix }) => <code>{`wf_${prefix}…`}</code>, text: keyOf },
  { name: 'Label', cell: ({ label }) => label ?? '–', text: ({ label }) => label ?? '' },
  { name: 'Of', cell: ({ requesterId }) => requesterId, text: ({ requesterId }) => requesterId },
  { name: 'State', cell: ({ state }) => <Badge state={STATE[state]} />, text: ({ state }) => state },
  { name: 'May', show: 'wide', cell: rightsOf, text: rightsOf },
  { name: 'Made', cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
  { name: 'Made by', hidden: true, cell: ({ createdBy }) => createdBy ?? '–', text: ({ createdBy }) => createdBy ?? '' },
  {
    name: 'Last used',
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Utc at={lastUsedAt} now={now} />),
    text: ({ lastUsedAt }) => lastUsedAt ?? '',
  },
  {
    name: 'Ends',
    cell: ({ expiresAt, revokedAt }) => (expiresAt === null && revokedAt === null ? 'not by itself' : <Utc at={revokedAt ?? expiresAt} now={now} />),
    text: ({ expiresAt, revokedAt }) => revokedAt ?? expiresAt ?? '',
  },
  ...(mayWrite ? [{ name: 'Acts', cell: (key: ApiKeyView) => <KeyActs of={key} />, text: () => '' }] : []),
]

/** What can be done with one key. */
const KeyActs = ({ of }: { readonly of: ApiKeyView }) =>
  of.state === 'active' ? (
    <Acts>
      <Act label="Rotate…" about={`wf_${of.prefix}`} look="quiet">
        {rotate(of)}
      </Act>
      <Act label="Revoke…" about={`wf_${of.prefix}`} look="quiet">
        {revoke(of)}
      </Act>
    </Acts>
  ) : null

const rotate = (of: ApiKeyView) => (close: () => void) => <RotateKey of={of} close={close} />
const revoke = (of: ApiKeyView) => (close: () => void) => <RevokeKey of={of} close={close} />
