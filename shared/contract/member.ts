/** People who sign in to a coordinator: who may, as what, and the sessions they have. */
import { z } from 'zod'
import { ROLES } from '../domain/permissions.ts'
import { May } from './api-key.ts'
import { call } from './define.ts'
import { Empty, http } from './http-binding.ts'
import { Id, IsoTime, pageOf } from './wire.ts'

const MemberRole = z.enum(ROLES)
/** Compared without regard to case. ASCII alone: other letters may look alike, or become ASCII in lower case. */
export const MemberEmail = z.email().max(254).toLowerCase()
/** What a provider calls a person, for good (OpenID Connect Core §2: at most 255 ASCII characters). */
export const Subject = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'expected what the provider calls the person, without spaces')

export const MemberView = z.strictObject({
  memberId: Id,
  /** `null` for one that was invited by what the provider calls them. */
  email: z.string().nullable(),
  name: z.string().nullable(),
  role: MemberRole,
  /** Whose jobs and money a member with the role `requester` has; `null` for every other role. */
  requesterId: Id.nullable(),
  invitedBy: z.string(),
  invitedAt: IsoTime,
  /** When they signed in for the first time; `null` for one that has not yet. */
  joinedAt: IsoTime.nullable(),
  lastSeenAt: IsoTime.nullable(),
})
export type MemberView = z.infer<typeof MemberView>

export const SessionView = z.strictObject({
  sessionId: Id,
  client: z.enum(['browser', 'cli']),
  /** What the browser or the command line says of itself. */
  label: z.string().nullable(),
  createdAt: IsoTime,
  lastSeenAt: IsoTime,
  /** When it ends whatever happens; one that is not used ends earlier. */
  expiresAt: IsoTime,
  /** Whether it is the one that asks. */
  current: z.boolean(),
})
export type SessionView = z.infer<typeof SessionView>

/** Whose key or session it is that asks. */
export const WhoAmI = z.strictObject({
  kind: z.enum(['key', 'member']),
  /** The account whose jobs and money are meant; `null` for a member who has none. */
  requesterId: Id.nullable(),
  member: MemberView.nullable(),
  session: SessionView.nullable(),
  may: May,
  /** When the key or the session ends whatever happens; `null`: not by itself. */
  expiresAt: IsoTime.nullable().default(null),
  /** By which the key is known; `null` for a member. */
  key: z
    .strictObject({ prefix: z.string().max(16), label: z.string().nullable() })
    .nullable()
    .default(null),
})
export type WhoAmI = z.infer<typeof WhoAmI>

const Place = { role: MemberRole, requesterId: Id.nullable().default(null) }
const isPlace = ({ role, requesterId }: { role: string; requesterId: string | null }) => (role === 'requester') === (requesterId !== null)
const PLACE_WORDS = 'the role requester, and no other, needs the id of a requester whose jobs and money are meant'
const Page = z.strictObject({ after: z.string().max(128).nullable().default(null), limit: z.coerce.number().int().min(1).max(200).default(50) })

/** What the command line shows once to have its session: what was shown on the page, and what its challenge is the hash of (RFC 7636). */
const Redemption = z.strictObject({ code: z.string().regex(/^[A-Za-z0-9_-]{43}$/), verifier: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })

export const memberCalls = {
  redeemSignIn: call(
    Redemption,
    z.strictObject({ token: z.string(), expiresAt: IsoTime, member: MemberView }),
    http('POST', '/v1/sign-ins/redeem', 'public', 'The session that a person has let a command line have; its token is shown this once'),
  ),
  whoAmI: call(Empty, WhoAmI, http('GET', '/v1/whoami', 'self.read', 'Whose key or session this is')),
  signOut: call(Empty, Empty, http('POST', '/v1/sign-out', 'self.write', 'End the session that asks')),
  listSessions: call(Empty, z.strictObject({ sessions: z.array(SessionView) }), http('GET', '/v1/sessions', 'self.read', 'Your sessions, newest first')),
  revokeSession: call(
    z.strictObject({ sessionId: Id }),
    Empty,
    http('POST', '/v1/sessions/{sessionId}/revoke', 'self.write', 'End one of your sessions; repeating it is harmless'),
  ),
  inviteMember: call(
    z
      .strictObject({
        email: MemberEmail.nullable().default(null),
        subject: Subject.nullable().default(null),
        name: z.string().min(1).max(120).nullable().default(null),
        ...Place,
      })
      .refine(({ email, subject }) => (email === null) !== (subject === null), 'give an e-mail address, or what the provider calls the person')
      .refine(isPlace, PLACE_WORDS),
    MemberView,
    http('POST', '/v1/members', 'members.write', 'Let somebody sign in'),
  ),
  listMembers: call(Page, pageOf(MemberView), http('GET', '/v1/members', 'members.read', 'Everybody who may sign in, oldest first')),
  changeMember: call(
    z.strictObject({ memberId: Id, ...Place }).refine(isPlace, PLACE_WORDS),
    MemberView,
    http('POST', '/v1/members/{memberId}/role', 'members.write', 'Change what a member may do, at once'),
  ),
  removeMember: call(
    z.strictObject({ memberId: Id }),
    MemberView,
    http('POST', '/v1/members/{memberId}/remove', 'members.write', 'Let a member in no more, and end all their sessions at once'),
  ),
}
