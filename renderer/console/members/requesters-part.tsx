import { useState } from 'react'
import type { RequesterView } from '../../../shared/contract/requester.ts'
import { formatUsd } from '../../../shared/domain/money.ts'
import { hrefOf } from '../routes.ts'
import { NewKey } from '../keys/new-key.tsx'
import { useMay } from '../me.ts'
import { Act } from '../order/acts.tsx'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, TextField } from '../order/order-field.tsx'
import { Part } from '../order/part.tsx'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'

const keyOf = ({ requesterId }: RequesterView): string => requesterId

/** Accounts that jobs and money belong to. */
export function RequestersPart() {
  const { client } = useServices()
  const mayWrite = useMay('requesters.write')
  const requesters = useRows({ queryKey: ['requesters', 'list'], fetchPage: (page) => client.call('listRequesters', page), keyOf })
  return (
    <Part title="Requesters" acts={mayWrite ? <Act label="Let somebody submit jobs…">{add}</Act> : null}>
      <DataTable
        what="requesters"
        source={requesters}
        columns={requesterColumns(useNow(), mayWrite)}
        keyOf={keyOf}
        empty={{ title: 'No requesters yet.', text: 'Let the first one in: they are given an API key, and pay in before their first job.' }}
      />
    </Part>
  )
}

const add = (close: () => void) => <AddRequester close={close} />
const weigh = (of: RequesterView) => (close: () => void) => <Weigh of={of} close={close} />

const requesterColumns = (now: number, mayWrite: boolean): readonly DataColumn<RequesterView>[] => [
  {
    name: 'Requester',
    cell: ({ requesterId }) => <a href={hrefOf({ page: 'jobs' }, new URLSearchParams({ requester: requesterId }))}>{requesterId}</a>,
    text: keyOf,
  },
  { name: 'Name', cell: ({ name }) => name, text: ({ name }) => name },
  {
    name: 'Balance',
    unit: 'micro-USD',
    align: 'end',
    cell: ({ balanceMicroUsd }) => formatUsd(balanceMicroUsd),
    text: ({ balanceMicroUsd }) => balanceMicroUsd,
  },
  { name: 'Weight', align: 'end', cell: ({ weight }) => weight, text: ({ weight }) => String(weight) },
  { name: 'Since', cell: ({ createdAt }) => <Utc at={createdAt} now={now} />, text: ({ createdAt }) => createdAt },
  ...(mayWrite
    ? [
        {
          name: 'Acts',
          cell: (of: RequesterView) => (
            <Act label="Weight…" about={of.requesterId} look="quiet">
              {weigh(of)}
            </Act>
          ),
          text: () => '',
        },
      ]
    : []),
]

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

function AddRequester({ close }: { readonly close: () => void }) {
  const { client } = useServices()
  const [requesterId, setRequesterId] = useState('')
  const [name, setName] = useState('')
  const missing = !ID.test(requesterId) ? 'Give an id of letters, digits, - and _, such as acme.' : name.trim() === '' ? 'Give a name.' : null
  return (
    <NewKey
      title="Let somebody submit jobs"
      verb="Make the account and its key"
      missing={missing}
      make={() => client.call('addRequester', { requesterId, name: name.trim(), weight: 100 })}
      changes={['requesters', 'keys']}
      close={close}
    >
      <Fields>
        <TextField label="Id" value={requesterId} change={setRequesterId} hint="It stays for good, and stands in logs" maxLength={64} />
        <TextField label="Name" value={name} change={setName} maxLength={120} />
      </Fields>
    </NewKey>
  )
}

function Weigh({ of: { requesterId, weight }, close }: { readonly of: RequesterView; readonly close: () => void }) {
  const { client } = useServices()
  const [text, setText] = useState(String(weight))
  const next = Number(text)
  const missing = Number.isInteger(next) && next >= 1 && next <= 100_000 ? null : 'Give a whole number from 1 to 100000.'
  return (
    <OrderDialog
      title={`Weight of ${requesterId}`}
      verb="Change the weight"
      missing={missing}
      run={() => client.call('weighRequester', { requesterId, weight: next })}
      done={(view) => `${view.requesterId} has a weight of ${view.weight} now.`}
      changes={['requesters']}
      close={close}
    >
      <p>Where many ask for the same machines, shares go by weight: 100 is usual, 200 is twice as much. Priorities order only one’s own jobs.</p>
      <Fields>
        <TextField label="Weight" value={text} change={setText} maxLength={6} />
      </Fields>
    </OrderDialog>
  )
}
