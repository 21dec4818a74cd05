import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { memberCalls } from '../../../shared/contract/member.ts'
import type { Tx } from '../persistence/database.ts'
import type { Principal } from '../../../shared/domain/permissions.ts'

type In<K extends keyof typeof memberCalls> = InputOf<(typeof memberCalls)[K]>
type Out<K extends keyof typeof memberCalls> = OutputOf<(typeof memberCalls)[K]>

/** A member and the session that asks. */
export interface OwnSession {
  readonly memberId: string
  readonly sessionId: string
}

/** What goes into the transaction in which it happens. */
export type Settle = (tx: Tx) => Promise<void>
type Admin = Pick<Principal, 'by' | 'grants'>

/** People who sign in. */
export interface MemberParts {
  /** What a command line shows for its session. Error: `auth.refused`. */
  readonly redeem: (shown: In<'redeemSignIn'>) => Promise<Out<'redeemSignIn'>>
  /** Error: `auth.required` for one who has been removed meanwhile. */
  readonly show: (asks: OwnSession) => Promise<Pick<Out<'whoAmI'>, 'member' | 'session'>>
  readonly sessions: (asks: OwnSession) => Promise<Out<'listSessions'>['sessions']>
  /** Ends one of the member's own sessions. */
  readonly end: (session: OwnSession) => Promise<void>
  readonly invite: (by: Admin, order: In<'inviteMember'>, settle?: Settle) => Promise<Out<'inviteMember'>>
  readonly list: (page: In<'listMembers'>) => Promise<Out<'listMembers'>>
  readonly change: (by: Admin, order: In<'changeMember'>, settle?: Settle) => Promise<Out<'changeMember'>>
  readonly remove: (by: Admin, order: In<'removeMember'>) => Promise<Out<'removeMember'>>
}
