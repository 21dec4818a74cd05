import { hash, timingSafeEqual } from 'node:crypto'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { memberCalls } from '../../../shared/contract/member.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { type Admission, admit } from './admission.ts'
import { Aim } from './aim.ts'
import { memberView } from './members.ts'
import { type Member, createMembersStore } from './members.store.ts'
import type { Identity, Provider } from './provider.ts'
import { type SessionDeps, endByToken, openSession } from './sessions.ts'
import { type OpenSignIn, createSignInsStore } from './sign-ins.store.ts'

export interface SignInDeps extends SessionDeps {
  readonly provider: Provider
  /** Whom the configuration names as the first owner. */
  readonly founder: string | null
}

/** Who comes back from the provider. */
interface Return {
  readonly query: URLSearchParams
  /** What the browser was given when it was sent there; `null` if it has nothing of the kind. */
  readonly browser: string | null
  /** The session that the browser had until now. */
  readonly previous: string | null
  readonly label: string | null
}

type Arrived =
  | { readonly kind: 'page'; readonly path: string; readonly token: string; readonly expiresAt: number }
  /** What the person gives to the command line, and where that listens. */
  | { readonly kind: 'cli'; readonly code: string; readonly port: number | null; readonly label: string | null }

export interface SignIn {
  /** Where the browser is sent, and what it has to show when it comes back. Errors: `unavailable`, `config.invalid`. */
  readonly begin: (aim: Aim) => Promise<{ readonly address: string; readonly browser: string }>
  /** Errors: `auth.refused`, `unavailable`. */
  readonly finish: (back: Return) => Promise<Arrived>
}

/** For how long a browser may be with the provider. */
export const SIGN_IN_MS = 600_000
/** For how long a code may be on its way to the command line. */
const CODE_MS = 300_000

const secret = (random: (bytes: number) => Uint8Array): string => Buffer.from(random(32)).toString('base64url')

export function createSignIn(deps: SignInDeps): SignIn {
  const { db, clock, random, provider } = deps
  return {
    async begin(aim) {
      const checks = { state: secret(random), nonce: secret(random), verifier: secret(random) }
      const browser = secret(random)
      const address = await provider.address(checks)
      await transact(db, async (tx) => {
        const signIns = createSignInsStore(tx)
        await signIns.forget(clock.now())
        const kept = { stateSha256: sha256Hex(checks.state), browserSha256: sha256Hex(browser), nonce: checks.nonce, verifier: checks.verifier }
        await signIns.add({ ...kept, aim: JSON.stringify(aim), expiresAt: clock.now() + SIGN_IN_MS })
      })
      return { address, browser }
    },
    async finish(back) {
      const [state = '', ...more] = back.query.getAll('state')
      const begun = more.length === 0 && back.browser !== null ? await take(deps, { state, browser: back.browser }) : null
      if (!begun)
        throw new WindfallError('auth.refused', 'This sign-in was not begun in this browser, is older than ten minutes, or was used before. Begin again.')
      const identity = await provider.identify(back.query, { state, nonce: begun.nonce, verifier: begun.verifier })
      return transact(db, (tx) => arrive(deps, tx, { identity, back, aim: Aim.parse(JSON.parse(begun.aim)) }))
    },
  }
}

const take = ({ db, clock }: SignInDeps, { state, browser }: { state: string; browser: string }): Promise<OpenSignIn | null> =>
  transact(db, (tx) => createSignInsStore(tx).take({ stateSha256: sha256Hex(state), browserSha256: sha256Hex(browser) }, clock.now()))

interface Arriving {
  readonly identity: Identity
  readonly back: Return
  readonly aim: Aim
}

async function arrive(deps: SignInDeps, tx: Tx, { identity, back, aim }: Arriving): Promise<Arrived> {
  const { memberId } = await welcome(deps, tx, identity)
  if (aim.kind === 'page') {
    if (back.previous !== null) await endByToken(tx, back.previous)
    const { token, session } = await openSession(deps, tx, { memberId, client: 'browser', label: back.label })
    return { kind: 'page', path: aim.path, token, expiresAt: session.expiresAt }
  }
  const code = secret(deps.random)
  const { challenge, port, label } = aim
  await createSignInsStore(tx).addCode({ codeSha256: sha256Hex(code), challenge, memberId, label, expiresAt: deps.clock.now() + CODE_MS })
  return { kind: 'cli', code, port, label }
}

/** The member that somebody is, or becomes now. Error: `auth.refused`. */
async function welcome(deps: SignInDeps, tx: Tx, identity: Identity): Promise<Pick<Member, 'memberId'>> {
  const members = createMembersStore(tx)
  const admission = admit({
    identity,
    bySubject: await members.bySubject(identity.issuer, identity.subject),
    byEmail: identity.email === null ? null : await members.byEmail(identity.email),
    founder: deps.founder,
    hasOwner: (await members.owners()).length > 0,
  })
  if (admission.kind === 'member') return admission.member
  const memberId = admission.member?.memberId ?? deps.ids.next()
  await settle(deps, tx, { admission, identity, memberId })
  return { memberId }
}

interface Settling {
  readonly admission: Exclude<Admission, { kind: 'member' }>
  readonly identity: Identity
  readonly memberId: string
}

async function settle({ clock, decide }: SignInDeps, tx: Tx, { admission, identity, memberId }: Settling): Promise<void> {
  const members = createMembersStore(tx)
  const { issuer, subject, email, name } = identity
  const at = clock.now()
  const { kind, member } = admission
  const role = kind === 'founder' ? 'owner' : admission.member.role
  if (member === null)
    await members.add({ memberId, email, name, role, requesterId: null, issuer, subject, invitedBy: 'configuration', invitedAt: at, joinedAt: at })
  else await members.join(memberId, { issuer, subject, name: member.name ?? name, at })
  if (member !== null && kind === 'founder') await members.place(memberId, { role, requesterId: null })
  await decide(tx, 'member.joined', { memberId, role, as: kind })
}

const isSame = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))

type Redeemed = OutputOf<typeof memberCalls.redeemSignIn>

/** The session of a command line, for the code that a person has given it and what only it knows. Error: `auth.refused`. */
export async function redeem(deps: SessionDeps, { code, verifier }: InputOf<typeof memberCalls.redeemSignIn>): Promise<Redeemed> {
  const opened = await transact(deps.db, async (tx) => {
    const shown = await createSignInsStore(tx).takeCode(sha256Hex(code), deps.clock.now())
    // Nothing is thrown here: a code that was tried is gone, whatever came of it.
    const member = shown && isSame(shown.challenge, hash('sha256', verifier, 'base64url')) ? await createMembersStore(tx).get(shown.memberId) : null
    return shown && member ? { member, ...(await openSession(deps, tx, { memberId: member.memberId, client: 'cli', label: shown.label })) } : null
  })
  if (!opened)
    throw new WindfallError('auth.refused', 'This code is not of this sign-in, is older than five minutes, or was used before. Begin again: windfall login')
  return { token: opened.token, expiresAt: toIso(opened.session.expiresAt), member: memberView(opened.member) }
}
