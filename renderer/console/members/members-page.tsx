import type { MemberView } from '../../../shared/contract/member.ts'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { useMay, useMe } from '../me.ts'
import { Act, Acts } from '../order/acts.tsx'
import { useServices } from '../services.ts'
import type { DataColumn } from '../table/data-column.ts'
import { DataTable } from '../table/data-table.tsx'
import { useRows } from '../table/use-rows.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'
import { ChangeRole, InviteMember, RemoveMember } from './member-dialogs.tsx'
import { RequestersPart } from './requesters-part.tsx'
import { SessionsPart } from './sessions-part.tsx'

const keyOf = ({ memberId }: MemberView): string => memberId

/** People who may sign in here, and as what. */
export function MembersPage() {
  const { client } = useServices()
  const [mayWrite, mayRequesters, { kind }] = [useMay('members.write'), useMay('requesters.read'), useMe()]
  const members = useRows({ queryKey: ['members', 'list'], fetchPage: (page) => client.call('listMembers', page), keyOf })
  return (
    <Page title="Members">
      <p className={prose['lead']}>
        People sign in by the provider of their organisation. What each role may do is the same here, on the command line and for keys.
      </p>
      {mayWrite ? (
        <Acts>
          <Act label="Invite somebody…" look="primary">
            {invite}
          </Act>
        </Acts>
      ) : null}
      <DataTable
        what="members"
        source={members}
        columns={memberColumns(useNow(), mayWrite)}
        keyOf={keyOf}
        empty={{
          title: 'Nobody may sign in yet.',
          text: 'Until a provider is set up, operators use API keys. Set WINDFALL_OIDC_ISSUER and WINDFALL_OIDC_OWNER of the coordinator.',
        }}
      />
      {kind === 'member' ? <SessionsPart /> : null}
      {mayRequesters ? <RequestersPart /> : null}
    </Page>
  )
}

const invite = (close: () => void) => <InviteMember close={close} />
const change = (of: MemberView) => (close: () => void) => <ChangeRole of={of} close={close} />
const remove = (of: MemberView) => (close: () => void) => <RemoveMember of={of} close={close} />

const calledOf = ({ name, email, memberId }: MemberView): string => name ?? email ?? memberId

const memberColumns = (now: number, mayWrite: boolean): readonly DataColumn<MemberView>[] => [
  { name: 'Member', cell: calledOf, text: calledOf },
  { name: 'E-mail', cell: ({ email }) => email ?? '–', text: ({ email }) => email ?? '' },
  { name: 'Role', cell: ({ role }) => role, text: ({ role }) => role },
  { name: 'Account', cell: ({ requesterId }) => requesterId ?? '–', text: ({ requesterId }) => requesterId ?? '' },
  { name: 'Invited by', show: 'wide', cell: ({ invitedBy }) => invitedBy, text: ({ invitedBy }) => invitedBy },
  { name: 'Invited', hidden: true, cell: ({ invitedAt }) => <Utc at={invitedAt} now={now} />, text: ({ invitedAt }) => invitedAt },
  { name: 'Joined', cell: ({ joinedAt }) => (joinedAt === null ? 'not yet' : <Utc at={joinedAt} now={now} />), text: ({ joinedAt }) => joinedAt ?? '' },
  { name: 'Last seen', cell: ({ lastSeenAt }) => <Utc at={lastSeenAt} now={now} />, text: ({ lastSeenAt }) => lastSeenAt ?? '' },
  ...(mayWrite
    ? [
        {
          name: 'Acts',
          cell: (member: MemberView) => (
            <Acts>
              <Act label="Role…" about={calledOf(member)} look="quiet">
                {change(member)}
              </Act>
              <Act label="Remove…" about={calledOf(member)} look="quiet">
                {remove(member)}
              </Act>
            </Acts>
          ),
          text: () => '',
        },
      ]
    : []),
]
