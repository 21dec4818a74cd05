import { useState } from 'react'
import type { MemberView } from '../../../shared/contract/member.ts'
import { ROLES, type Role } from '../../../shared/domain/permissions.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { ChoiceField, Fields, TextField } from '../order/order-field.tsx'
import { useServices } from '../services.ts'

const MEANS: Readonly<Record<Role, string>> = {
  owner: 'everything; a second owner has to agree to a new one',
  operator: 'machines, incidents and requesters; moves no money',
  finance: 'money; touches no machine',
  requester: 'the jobs and the money of one account',
  auditor: 'reads everything but what is private',
  viewer: 'sees that things run',
}

const OPTIONS = ROLES.map((role) => ({ value: role, label: `${role}: ${MEANS[role]}` }))
const NO_ACCOUNT = 'A requester needs the id of the account whose jobs and money are meant.'

interface PlaceProps {
  readonly role: Role
  readonly account: string
  readonly change: (role: Role, account: string) => void
}

/** As what somebody signs in, and for a requester for which account. */
const Place = ({ role, account, change }: PlaceProps) => (
  <>
    <ChoiceField label="Role" value={role} options={OPTIONS} change={(next) => change(next, account)} />
    {role === 'requester' ? <TextField label="Account" value={account} change={(next) => change(role, next)} hint="Id of a requester" maxLength={64} /> : null}
  </>
)

const placeOf = (role: Role, account: string) => ({ role, requesterId: role === 'requester' ? account.trim() : null })
const missingOf = (role: Role, account: string): string | null => (role === 'requester' && account.trim() === '' ? NO_ACCOUNT : null)

export function InviteMember({ close }: { readonly close: () => void }) {
  const { client } = useServices()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [{ role, account }, setPlace] = useState<{ readonly role: Role; readonly account: string }>({ role: 'viewer', account: '' })
  const missing = email.includes('@') ? missingOf(role, account) : 'Give the e-mail address that the person signs in with.'
  return (
    <OrderDialog
      title="Invite somebody"
      verb="Let them sign in"
      missing={missing}
      run={() => client.call('inviteMember', { email: email.trim().toLowerCase(), subject: null, name: name.trim() || null, ...placeOf(role, account) })}
      done={(member) => `${member.email ?? member.memberId} may sign in as ${member.role}. No mail is sent: tell them the address of this page.`}
      changes={['members']}
      close={close}
    >
      <Fields>
        <TextField label="E-mail address" value={email} change={setEmail} hint="As the provider knows it" maxLength={254} />
        <TextField label="Name" value={name} change={setName} hint="If you like" maxLength={120} />
        <Place role={role} account={account} change={(next, of) => setPlace({ role: next, account: of })} />
      </Fields>
    </OrderDialog>
  )
}

interface OfProps {
  readonly of: MemberView
  readonly close: () => void
}

export function ChangeRole({ of, close }: OfProps) {
  const { client } = useServices()
  const [{ role, account }, setPlace] = useState<{ readonly role: Role; readonly account: string }>({ role: of.role, account: of.requesterId ?? '' })
  return (
    <OrderDialog
      title={`Change the role of ${of.name ?? of.email ?? of.memberId}`}
      verb="Change the role"
      missing={missingOf(role, account)}
      run={() => client.call('changeMember', { memberId: of.memberId, ...placeOf(role, account) })}
      done={(member) => `${member.email ?? member.memberId} is ${member.role} now.`}
      changes={['members', 'me']}
      close={close}
    >
      <p>It holds at once, also in sessions that are open.</p>
      <Fields>
        <Place role={role} account={account} change={(next, next2) => setPlace({ role: next, account: next2 })} />
      </Fields>
    </OrderDialog>
  )
}

export function RemoveMember({ of, close }: OfProps) {
  const { client } = useServices()
  const called = of.name ?? of.email ?? of.memberId
  return (
    <OrderDialog
      title={`Remove ${called}?`}
      verb="Remove this member"
      run={() => client.call('removeMember', { memberId: of.memberId })}
      done={() => `${called} may no longer sign in.`}
      changes={['members']}
      close={close}
    >
      <p>All their sessions end at once. API keys that they made go on: look through them under API keys.</p>
    </OrderDialog>
  )
}
