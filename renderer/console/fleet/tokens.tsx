import { useState } from 'react'
import type { InputOf } from '../../../shared/contract/define.ts'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { MAX_TOKEN_SECONDS, OwnerName, type EnrolmentTokenView } from '../../../shared/contract/node-token.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import prose from '../../ui/prose.module.css'
import { useMay } from '../me.ts'
import { Act } from '../order/acts.tsx'
import { OrderDialog } from '../order/order-dialog.tsx'
import { ChoiceField, Fields, TextField } from '../order/order-field.tsx'
import { useServices } from '../services.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { tokenColumns, tokenKey } from './token-columns.tsx'

/** Tokens by which machines enrol: those there are, and how to make and end one. */
export function Tokens() {
  const { client } = useServices()
  const mayWrite = useMay('fleet.write')
  const [made, setMade] = useState<MadeToken | null>(null)
  const tokens = useRows({
    queryKey: ['nodes', 'tokens'],
    fetchPage: (page) => client.call('listEnrolmentTokens', page),
    keyOf: tokenKey,
  })
  return (
    <>
      <p className={prose['lead']}>
        A machine enrols by itself: <code>windfall agent run --coordinator {location.origin}</code>. Where this coordinator lets machines in only by token, give
        its owner one of these. A token that has ended keeps no machine out that has enrolled by it.
      </p>
      {made ? <NewToken made={made} close={() => setMade(null)} /> : null}
      {mayWrite ? (
        <p>
          <Act label="Make a token…" look="primary">
            {(close) => <MakeToken close={close} made={setMade} />}
          </Act>
        </p>
      ) : null}
      <DataTable
        what="enrolment tokens"
        source={tokens}
        columns={tokenColumns(useNow(), mayWrite ? endingOf : null)}
        keyOf={tokenKey}
        empty={{ title: 'No tokens.', text: 'Whoever reaches this coordinator enrols without one, unless it was started with --enrolment token.' }}
      />
    </>
  )
}

type MadeToken = EnrolmentTokenView & { readonly token: string }

/** A token's secret, which is shown this once. */
function NewToken({ made, close }: { readonly made: MadeToken; readonly close: () => void }) {
  const command = `windfall agent run --coordinator ${location.origin} --enrolment-token ${made.token}`
  const done = () => {
    close()
    document.querySelector<HTMLElement>('#content h1')?.focus()
  }
  return (
    <Card title="The new token">
      <p>
        <output>It is shown this once: copy it now. It lets in {made.uses === 1 ? 'one machine' : `up to ${made.uses} machines`}.</output>
      </p>
      <p>
        <CopyId value={made.token} what="token" full />
      </p>
      <p>
        On the machine: <CopyId value={command} what="command" full />
      </p>
      <Button onClick={done}>I have copied it</Button>
    </Card>
  )
}

const GOOD_FOR = [
  { value: '3600', label: 'One hour' },
  { value: '86400', label: 'One day' },
  { value: '604800', label: 'One week' },
  { value: '2592000', label: '30 days' },
  { value: String(MAX_TOKEN_SECONDS), label: 'One year' },
] as const

type Order = InputOf<(typeof coordinatorContract)['createEnrolmentToken']>

/** What was filled in as an order, or what is wrong with it. */
function tokenOrder({ owner, uses, seconds }: Readonly<Record<'owner' | 'uses' | 'seconds', string>>): Order | string {
  const name = owner.trim() === '' ? null : OwnerName.safeParse(owner.trim())
  if (name?.success === false) return `The owner: ${name.error.issues[0]?.message ?? 'is no name'}.`
  if (!/^\d{1,5}$/.test(uses.trim()) || Number(uses) < 1 || Number(uses) > 10_000) return 'How many machines: a whole number from 1 to 10,000.'
  return { owner: name?.data ?? null, uses: Number(uses), seconds: Number(seconds) }
}

function MakeToken({ close, made }: { readonly close: () => void; readonly made: (token: MadeToken) => void }) {
  const { client } = useServices()
  const [owner, setOwner] = useState('')
  const [uses, setUses] = useState('1')
  const [seconds, setSeconds] = useState<(typeof GOOD_FOR)[number]['value']>('86400')
  const order = tokenOrder({ owner, uses, seconds })
  const run = async () => {
    if (typeof order === 'string') throw new Error(order)
    const token = await client.call('createEnrolmentToken', order)
    made(token)
    return token
  }
  return (
    <OrderDialog
      title="Make an enrolment token?"
      verb="Make it"
      missing={typeof order === 'string' ? order : null}
      run={run}
      done={() => 'The token is made. It is shown above the list, this once.'}
      changes={['nodes', 'acts']}
      close={close}
    >
      <Fields>
        <TextField label="Owner" value={owner} change={setOwner} maxLength={64} hint="Whose the machines are. Left empty: nobody’s, until they are paired." />
        <TextField label="How many machines" value={uses} change={setUses} maxLength={5} />
        <ChoiceField label="Good for" value={seconds} options={GOOD_FOR} change={setSeconds} />
      </Fields>
    </OrderDialog>
  )
}

const Revoke = ({ token: { tokenId, owner } }: { readonly token: EnrolmentTokenView }) => (
  <Act label="End…" about={`the token of ${owner ?? 'nobody'}, ${tokenId}`} look="quiet">
    {(close) => <RevokeDialog tokenId={tokenId} close={close} />}
  </Act>
)

const endingOf = (token: EnrolmentTokenView) => <Revoke token={token} />

function RevokeDialog({ tokenId, close }: { readonly tokenId: string; readonly close: () => void }) {
  const { client } = useServices()
  return (
    <OrderDialog
      title="End this token?"
      verb="End 1 token"
      run={() => client.call('revokeEnrolmentToken', { tokenId })}
      done={() => 'The token has ended.'}
      changes={['nodes', 'acts']}
      close={close}
    >
      <p>No machine enrols by it any more. Those that did stay. It cannot be taken up again: make another one.</p>
    </OrderDialog>
  )
}
