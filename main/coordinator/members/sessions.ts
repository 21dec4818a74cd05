import type { SessionView } from '../../../shared/contract/member.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type Member, createMembersStore } from './members.store.ts'
import { type Session, createSessionsStore } from './sessions.store.ts'

export interface SessionDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
  readonly random: (bytes: number) => Uint8Array
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  readonly lengths: SessionLengths
}

/** Milliseconds. */
export interface SessionLengths {
  /** How long a session lasts at most. */
  readonly sessionMs: number
  /** How long one of a browser lasts that is not used. */
  readonly sessionIdleMs: number
}

/** Who has signed in, as the session says now: what a member may do is never older than the request. */
interface SignedInMember {
  readonly session: Session
  readonly member: Member
}

export interface Sessions {
  /** `null` for a token that is unknown, malformed, or of a session that has ended. */
  readonly find: (token: string) => Promise<SignedInMember | null>
  /** The same without counting as a use of it. */
  readonly look: (token: string) => Promise<SignedInMember | null>
  /** Newest first, without those that have ended. */
  readonly list: (memberId: string, current: string | null) => Promise<SessionView[]>
  /** Ends one of this member's own; one that has ended is as good as ended now. */
  readonly end: (member: Pick<Session, 'memberId' | 'sessionId'>) => Promise<void>
}

const TOKEN = /^wfs_[A-Za-z0-9_-]{43}$/
/** How exactly is known when a session was last used: to write it down at each use would make a write of every question. */
const SEEN_EVERY_MS = 60_000
/** Nobody has more than so many; the oldest end. */
const MOST = 50

const isOver = ({ seenAt, idleMs, expiresAt }: Session, now: number): boolean => now >= expiresAt || now >= seenAt + idleMs

export const sessionView = (session: Session, current: string | null): SessionView => ({
  sessionId: session.sessionId,
  client: session.client,
  label: session.label,
  createdAt: toIso(session.createdAt),
  lastSeenAt: toIso(session.seenAt),
  expiresAt: toIso(session.expiresAt),
  current: session.sessionId === current,
})

export function createSessions(deps: SessionDeps): Sessions {
  const { db, clock, decide } = deps
  const find = async (token: string): Promise<SignedInMember | null> => {
    const found = TOKEN.test(token) ? await createSessionsStore(db).byToken(sha256Hex(token)) : null
    return found && !isOver(found.session, clock.now()) ? found : null
  }
  return {
    look: find,
    async find(token) {
      const found = await find(token)
      if (found && clock.now() - found.session.seenAt >= SEEN_EVERY_MS) await touch(deps, found)
      return found
    },
    async list(memberId, current) {
      const sessions = await createSessionsStore(db).of(memberId)
      return sessions.filter((session) => !isOver(session, clock.now())).map((session) => sessionView(session, current))
    },
    end: ({ memberId, sessionId }) =>
      transact(db, async (tx) => {
        if (await createSessionsStore(tx).end({ memberId, sessionId })) await decide(tx, 'session.ended', { memberId, sessionId })
      }),
  }
}

const touch = ({ db, clock }: SessionDeps, { session, member }: SignedInMember): Promise<void> =>
  transact(db, async (tx) => {
    await createSessionsStore(tx).seen(session.sessionId, clock.now())
    await createMembersStore(tx).seen(member.memberId, clock.now())
  })

interface Opening {
  readonly memberId: string
  readonly client: SessionView['client']
  readonly label: string | null
}

/** A new session of a member; its token is kept nowhere. One that a command line was given is not used by the minute, and lasts as long unused. */
export async function openSession({ clock, ids, random, decide, lengths }: SessionDeps, tx: Tx, { memberId, client, label }: Opening) {
  const sessions = createSessionsStore(tx)
  const now = clock.now()
  // Enough entropy that a fast hash is safe to store.
  const token = `wfs_${Buffer.from(random(32)).toString('base64url')}`
  const [sessionId, idleMs] = [ids.next(), client === 'cli' ? lengths.sessionMs : lengths.sessionIdleMs]
  const session = { sessionId, memberId, client, label, createdAt: now, seenAt: now, idleMs, expiresAt: now + lengths.sessionMs }
  await sessions.forget(now)
  for (const old of (await sessions.of(memberId)).slice(MOST - 1)) await sessions.end(old)
  await sessions.add(session, sha256Hex(token))
  await createMembersStore(tx).seen(memberId, now)
  await decide(tx, 'session.started', { memberId, sessionId, client })
  return { token, session }
}

/** Ends the session that a browser had before, whosoever it was: after signing in no token is good that anybody had before. */
export async function endByToken(tx: Tx, token: string): Promise<void> {
  const found = TOKEN.test(token) ? await createSessionsStore(tx).byToken(sha256Hex(token)) : null
  if (found) await createSessionsStore(tx).end(found.session)
}

/** Error: `auth.required` where nobody has signed in. */
export const noSession = (): WindfallError => new WindfallError('auth.required', 'Only somebody who has signed in may do this. Sign in: windfall login')
