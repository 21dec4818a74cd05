import type { memberCalls } from '../../../shared/contract/member.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Called, principalOf } from './callers.ts'
import type { OwnSession } from './member-parts.ts'
import type { Caller, CoordinatorParts } from './parts.ts'

const MEMBER = 'member:'

/** Error: `auth.refused` for an API key, which is nobody's session. */
function sessionOf(caller: Caller): OwnSession {
  const { kind, by, credential } = principalOf(caller)
  if (kind !== 'member') throw new WindfallError('auth.refused', 'An API key has no sessions. Sign in first: windfall login')
  return { memberId: by.slice(MEMBER.length), sessionId: credential }
}

/** People who sign in. */
export const memberHandlers = ({
  members,
  apiKeys,
  approvals: { acts },
}: Pick<CoordinatorParts, 'members' | 'apiKeys' | 'approvals'>): Called<keyof typeof memberCalls> => ({
  redeemSignIn: members.redeem,
  whoAmI: async (_, caller) => {
    const holder = principalOf(caller)
    const { kind, account: requesterId, grants: may, credential: prefix } = holder
    if (kind === 'key') {
      const { label, expiresAt } = await apiKeys.own(holder)
      return { kind, requesterId, may, member: null, session: null, expiresAt, key: { prefix, label } }
    }
    const shown = await members.show(sessionOf(caller))
    return { kind, requesterId, may, ...shown, expiresAt: shown.session?.expiresAt ?? null, key: null }
  },
  signOut: async (_, caller) => {
    await members.end(sessionOf(caller))
    return {}
  },
  listSessions: async (_, caller) => ({ sessions: await members.sessions(sessionOf(caller)) }),
  revokeSession: async ({ sessionId }, caller) => {
    await members.end({ ...sessionOf(caller), sessionId })
    return {}
  },
  inviteMember: (order, caller) => acts.invite(principalOf(caller), order),
  listMembers: members.list,
  changeMember: (order, caller) => acts.change(principalOf(caller), order),
  removeMember: (order, caller) => members.remove(principalOf(caller), order),
})
