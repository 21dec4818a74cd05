import type { InputOf } from '../../../shared/contract/define.ts'
import type { MemberView, memberCalls } from '../../../shared/contract/member.ts'
import { type Grants, type Role, beyond, grantsOf } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Member, createMembersStore } from './members.store.ts'
import type { SessionDeps } from './sessions.ts'
import { createSessionsStore } from './sessions.store.ts'
import { createSignInsStore } from './sign-ins.store.ts'

type In<K extends keyof typeof memberCalls> = InputOf<(typeof memberCalls)[K]>

/** Who lets somebody in or out. */
interface Admin {
  readonly by: string
  readonly grants: Grants
}

/** Part of the transaction in which somebody is let in: nobody is unless it passes. */
type Settle = (tx: Tx) => Promise<void>

export interface Members {
  /** Errors: `conflict` for somebody who is there, `not-found` for a requester that is not, `auth.refused` for more than one has oneself. */
  readonly invite: (by: Admin, order: In<'inviteMember'>, settle?: Settle) => Promise<MemberView>
  readonly list: (page: In<'listMembers'>) => Promise<{ items: MemberView[]; next: string | null }>
  /** Errors: `not-found`, `auth.refused`, `conflict` for the last owner. */
  readonly change: (by: Admin, order: In<'changeMember'>, settle?: Settle) => Promise<MemberView>
  /** Errors: `not-found`, `conflict` for the last owner. */
  readonly remove: (by: Admin, order: In<'removeMember'>) => Promise<MemberView>
}

export interface MembersDeps extends Pick<SessionDeps, 'db' | 'clock' | 'ids' | 'decide'> {
  /** At whom people are invited whom only the provider's own name for them tells apart; `null` where nobody can sign in. */
  readonly issuer: string | null
  /** Error: `not-found`. */
  readonly requireRequester: (tx: Tx, requesterId: string) => Promise<void>
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : toIso(at))

export const memberView = ({ memberId, email, name, role, requesterId, invitedBy, invitedAt, joinedAt, seenAt }: Member): MemberView => ({
  memberId,
  email,
  name,
  role,
  requesterId,
  invitedBy,
  invitedAt: toIso(invitedAt),
  joinedAt: isoOrNull(joinedAt),
  lastSeenAt: isoOrNull(seenAt),
})

export function createMembers(deps: MembersDeps): Members {
  const { db } = deps
  return {
    invite: (admin, order, settle) =>
      transact(db, async (tx) => {
        await settle?.(tx)
        return invite(deps, tx, { admin, order })
      }),
    async list({ after, limit }) {
      const found = await createMembersStore(db).page({ after, limit: limit + 1 })
      const items = found.slice(0, limit).map(memberView)
      return { items, next: found.length > limit ? (items.at(-1)?.memberId ?? null) : null }
    },
    change: (admin, order, settle) =>
      transact(db, async (tx) => {
        await settle?.(tx)
        return change(deps, tx, { admin, order })
      }),
    remove: (admin, order) => transact(db, (tx) => remove(deps, tx, { admin, order })),
  }
}

async function required(tx: Db | Tx, memberId: string): Promise<Member> {
  const member = await createMembersStore(tx).get(memberId)
  if (!member) throw new WindfallError('not-found', `There is no member ${memberId}. See those that there are: windfall member list`)
  return member
}

/** Nobody gives what they do not have. */
function requireHeld({ grants }: Admin, role: Role): void {
  const missing = beyond(grants, grantsOf([role]))
  if (missing !== null)
    throw new WindfallError('auth.refused', `Only an owner can make somebody ${role}: you may not do yourself what comes with it (${missing}).`)
}

/** Somebody has to be left who can let others in. */
async function requireOwnerLeft(tx: Tx, { memberId }: Member): Promise<void> {
  const owners = await createMembersStore(tx).owners()
  if (owners.includes(memberId) && owners.length === 1)
    throw new WindfallError('conflict', 'This is the last owner who has signed in. Make somebody else an owner first, and let them sign in once.')
}

async function requireUnknown(tx: Tx, issuer: string | null, { email, subject }: In<'inviteMember'>): Promise<void> {
  const members = createMembersStore(tx)
  if (subject !== null && issuer === null)
    throw new WindfallError(
      'config.invalid',
      'Nobody can sign in yet, so nobody is known by what a provider calls them. Set oidcIssuer first (WINDFALL_OIDC_ISSUER).',
    )
  const known = email === null ? await members.bySubject(issuer ?? '', subject ?? '') : await members.byEmail(email)
  if (known)
    throw new WindfallError(
      'conflict',
      `They are there already, as member ${known.memberId}. To change what they may do: windfall member set-role ${known.memberId} ROLE`,
    )
}

type Order<K extends keyof typeof memberCalls> = { readonly admin: Admin; readonly order: In<K> }

async function invite({ clock, ids, decide, issuer, requireRequester }: MembersDeps, tx: Tx, { admin, order }: Order<'inviteMember'>): Promise<MemberView> {
  const { email, subject, name, role, requesterId } = order
  requireHeld(admin, role)
  await requireUnknown(tx, issuer, order)
  if (requesterId !== null) await requireRequester(tx, requesterId)
  const memberId = ids.next()
  const known = { issuer: subject === null ? null : issuer, subject }
  await createMembersStore(tx).add({ memberId, email, name, role, requesterId, ...known, invitedBy: admin.by, invitedAt: clock.now(), joinedAt: null })
  await decide(tx, 'member.invited', { memberId, role, requesterId, by: admin.by })
  return memberView(await required(tx, memberId))
}

async function change({ decide, requireRequester }: MembersDeps, tx: Tx, { admin, order }: Order<'changeMember'>): Promise<MemberView> {
  const { memberId, role, requesterId } = order
  const before = await required(tx, memberId)
  requireHeld(admin, role)
  requireHeld(admin, before.role)
  if (role !== 'owner') await requireOwnerLeft(tx, before)
  if (requesterId !== null) await requireRequester(tx, requesterId)
  await createMembersStore(tx).place(memberId, { role, requesterId })
  if (before.role !== role || before.requesterId !== requesterId)
    await decide(tx, 'member.role-changed', { memberId, from: before.role, role, requesterId, by: admin.by })
  return memberView(await required(tx, memberId))
}

async function remove({ clock, decide }: MembersDeps, tx: Tx, { admin, order: { memberId } }: Order<'removeMember'>): Promise<MemberView> {
  const before = await required(tx, memberId)
  requireHeld(admin, before.role)
  await requireOwnerLeft(tx, before)
  await createSessionsStore(tx).endAll(memberId)
  await createSignInsStore(tx).forgetCodes(memberId)
  await createMembersStore(tx).remove(memberId, clock.now())
  await decide(tx, 'member.removed', { memberId, role: before.role, by: admin.by })
  return memberView(before)
}
