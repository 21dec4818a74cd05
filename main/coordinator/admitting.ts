import { WindfallError } from '../../shared/errors.ts'
import type { CoordinatorEvents } from './events.ts'
import type { AccessDeps } from './http/access.ts'
import type { MemberParts } from './http/member-parts.ts'
import type { SignInParts } from './http/sign-in-pages.ts'
import { VERIFIER } from './ledger/accounts.ts'
import { aimOf } from './members/aim.ts'
import { createMembers, memberView } from './members/members.ts'
import { createProvider } from './members/provider.ts'
import { type SessionDeps, createSessions, noSession, sessionView } from './members/sessions.ts'
import { createMembersStore } from './members/members.store.ts'
import { createSessionsStore } from './members/sessions.store.ts'
import { SIGN_IN_MS, type SignIn, createSignIn, redeem } from './members/sign-in.ts'
import type { Tx } from './persistence/database.ts'
import { createRequestersStore } from './registry/requesters.store.ts'
import type { Clock } from '../kernel/clock.ts'
import type { SignInRules } from './sign-in-config.ts'

interface AdmittingDeps extends Omit<SessionDeps, 'lengths'> {
  readonly clock: Clock
  readonly signIn: SignInRules
  /** Under which address browsers reach this coordinator. Error: `config.invalid` if nobody has said. */
  readonly origin: () => string
  readonly events: Pick<CoordinatorEvents, 'signInRefused'>
}

export interface Admitting {
  readonly calls: MemberParts
  /** `null`: nobody signs in. */
  readonly pages: SignInParts | null
  readonly access: Pick<AccessDeps, 'memberOfSession' | 'origin'>
}

/** What is there for the coordinator's own jobs, nobody spends. */
async function requireRequester(tx: Tx, requesterId: string): Promise<void> {
  if (requesterId === VERIFIER || !(await createRequestersStore(tx).get(requesterId)))
    throw new WindfallError('not-found', `There is no requester ${requesterId}. See those that there are: windfall requester list`)
}

/** How people come in: the provider they sign in at, the sessions they have, and who lets them in. */
export function createAdmitting(deps: AdmittingDeps): Admitting {
  const { db, origin, signIn: rules } = deps
  const sessionDeps = { ...deps, lengths: rules.lengths }
  const sessions = createSessions(sessionDeps)
  const members = createMembers({ ...deps, issuer: rules.provider?.issuer ?? null, requireRequester })
  const signIn = rules.provider && signInAt(deps, rules.provider)
  return {
    calls: {
      ...members,
      redeem: (shown) => redeem(sessionDeps, shown),
      async show({ memberId, sessionId }) {
        const member = await createMembersStore(db).get(memberId)
        const session = (await createSessionsStore(db).of(memberId)).find((one) => one.sessionId === sessionId)
        if (!member || !session) throw noSession()
        return { member: memberView(member), session: sessionView(session, sessionId) }
      },
      sessions: ({ memberId, sessionId }) => sessions.list(memberId, sessionId),
      end: sessions.end,
    },
    pages: signIn && { origin, begin: (query) => begin(signIn, query), finish: (back) => finish(deps, signIn, back) },
    access: {
      origin: () => (signIn ? origin() : null),
      async memberOfSession(token, isUse = true) {
        const found = await (isUse ? sessions.find(token) : sessions.look(token))
        if (!found) return null
        const { memberId, role, requesterId } = found.member
        return { memberId, role, account: requesterId, sessionPrefix: found.session.sessionId }
      },
    },
  }
}

function signInAt(deps: AdmittingDeps, settings: NonNullable<SignInRules['provider']>): SignIn {
  const { founder, lengths } = deps.signIn
  const provider = createProvider(settings, { ...deps, redirectUri: () => `${deps.origin()}/auth/callback`, refused: deps.events.signInRefused })
  return createSignIn({ ...deps, provider, founder, lengths })
}

const begin = async (signIn: SignIn, query: URLSearchParams) => ({ ...(await signIn.begin(aimOf(query))), seconds: SIGN_IN_MS / 1000 })

async function finish({ clock }: AdmittingDeps, signIn: SignIn, back: Parameters<SignIn['finish']>[0]) {
  const found = await signIn.finish(back)
  return found.kind === 'cli' ? found : { ...found, seconds: (found.expiresAt - clock.now()) / 1000 }
}
