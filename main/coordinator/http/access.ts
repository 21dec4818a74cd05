import type { FastifyRequest } from 'fastify'
import type { Access } from '../../../shared/contract/define.ts'
import type { NodeState } from '../../../shared/contract/node.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { type Permission, type Principal, type Role, grantsOf, rolesWith } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { checkSignature, contentDigest, readSignature } from '../../kernel/http-signature.ts'
import { type NonceVerdict, createNonces } from './nonces.ts'
import { noteKnown } from './act-border.ts'
import { readCookie, requireOwnPage } from './cookies.ts'
import type { Caller } from './parts.ts'

interface KnownNode {
  readonly nodeId: string
  readonly keyId: string
  readonly publicJwk: PublicJwk
  readonly state: NodeState
  readonly stateReason: string | null
}

export interface AccessDeps {
  readonly clock: Clock
  /** Whose key this is or was; `keyId` is the one that signs now. */
  readonly nodeOfKey: (keyId: string) => Promise<KnownNode | null>
  /** The account of this API key and what the key may do; `null` if it is malformed, unknown, revoked or expired: nobody is told which. */
  readonly principalOfKey: (apiKey: string) => Promise<Principal | null>
  /** Who has signed in to this session; `null` if it is unknown or has ended. `isUse`, unless said otherwise: it is asked for somebody, and not idle. */
  readonly memberOfSession: (session: string, isUse?: boolean) => Promise<SignedIn | null>
  /** Under which address people in browsers reach this coordinator, `https://host[:port]`; `null` where nobody signs in. */
  readonly origin: () => string | null
}

/** A person, as their session says. */
interface SignedIn {
  readonly memberId: string
  readonly role: Role
  /** The account whose jobs and money are theirs; `null` if there is none. */
  readonly account: string | null
  /** What of the session may be written down. */
  readonly sessionPrefix: string
}

export interface Checked {
  readonly caller: Caller
  /** What the body must hash to, `null` if the caller did not sign it. */
  readonly contentDigest: string | null
}

/** Why a node may do no more than hand in what it owes; `null` if it may work. */
function bannedFor({ state, stateReason }: Pick<KnownNode, 'state' | 'stateReason'>): string | null {
  if (state === 'quarantined') return `This node is quarantined: ${stateReason ?? 'no reason given'}.`
  return state === 'removed'
    ? 'This node was removed from this coordinator. What it has earned is paid. To bring it back, ask the operator for an enrolment token.'
    : null
}

type Signed = 'node' | 'any-node'

type TakeNonce = (keyId: string, nonce: string) => NonceVerdict

const NOT_NEW = {
  seen: () => new WindfallError('auth.refused', 'This signed request was already received once. Sign a new one.'),
  'too-many': () =>
    new WindfallError('rate.limited', 'This node has signed more requests in two minutes than are remembered. Wait a minute, then go on more slowly.'),
}

async function checkNode({ clock, nodeOfKey }: AccessDeps, take: TakeNonce, [access, request]: [Signed, FastifyRequest]): Promise<Checked> {
  const signature = readSignature({ method: request.method, authority: request.headers.host ?? '', target: request.raw.url ?? '/', headers: request.headers })
  const known = await nodeOfKey(signature.keyId)
  if (!known) throw new WindfallError('auth.refused', 'This device key is not enrolled here. Enrol the node first.')
  const banned = access === 'node' ? bannedFor(known) : null
  if (banned !== null) throw new WindfallError('auth.refused', banned)
  if (known.keyId !== signature.keyId) throw new WindfallError('auth.refused', 'This device key was replaced by another one of the same node.')
  await checkSignature(known.publicJwk, signature, clock.now())
  const verdict = take(signature.keyId, signature.nonce)
  if (verdict !== 'new') throw NOT_NEW[verdict]()
  return { caller: { kind: 'node', nodeId: known.nodeId }, contentDigest: signature.contentDigest }
}

const API_KEY = /^wf_/
const SESSION = /^wfs_/

const memberPrincipal = ({ memberId, role, account, sessionPrefix }: SignedIn): Principal => ({
  kind: 'member',
  by: `member:${memberId}`,
  account,
  credential: sessionPrefix,
  grants: grantsOf([role]),
})

/** Error: `auth.refused`. */
async function principalOf({ principalOfKey, memberOfSession }: AccessDeps, secret: string): Promise<Principal> {
  if (API_KEY.test(secret)) {
    const found = await principalOfKey(secret)
    if (!found)
      throw new WindfallError('auth.refused', 'This API key is unknown, has expired or was revoked. Ask whoever runs this coordinator for another one.')
    return found
  }
  const member = await memberOfSession(secret)
  if (!member && SESSION.test(secret)) throw new WindfallError('auth.required', 'This session has ended. Sign in again: windfall login')
  if (!member) throw new WindfallError('auth.refused', 'This is no API key, and no session that goes on. Sign in again: windfall login')
  return memberPrincipal(member)
}

function refusal(permission: Permission, { kind }: Principal): WindfallError {
  const roles = rolesWith(permission)
  const has = kind === 'key' ? 'this key does not have' : 'your role does not come with'
  const who = roles.includes('requester') ? '' : 'Only the operator of this coordinator may do this. '
  return new WindfallError('auth.refused', `${who}It takes a permission that ${has}: ${permission}. Those who have it: ${roles.join(', ')}.`)
}

/** Of a browser, where it does not say who asks in any other way. Errors: `auth.required`, `auth.refused` where the page of another site asks. */
function cookieOf({ origin }: Pick<AccessDeps, 'origin'>, request: FastifyRequest): string | undefined {
  const { authorization, cookie } = request.headers
  if (authorization !== undefined || cookie === undefined) return undefined
  const here = origin()
  const session = here && readCookie(request.headers, here, 'windfall-session')
  if (!here || !session) return undefined
  requireOwnPage(request, here)
  return session
}

async function checkPrincipal(deps: AccessDeps, permission: Permission, request: FastifyRequest): Promise<Checked> {
  const [, bearer] = /^Bearer (\S{1,200})$/.exec(request.headers.authorization ?? '') ?? []
  const secret = bearer ?? cookieOf(deps, request)
  if (secret === undefined) throw new WindfallError('auth.required', 'This call needs an API key: send it as “Authorization: Bearer wf_…”.')
  const principal = await principalOf(deps, secret)
  noteKnown(request, principal)
  const reach = principal.grants[permission]
  if (reach === undefined) throw refusal(permission, principal)
  return { caller: { ...principal, reach }, contentDigest: null }
}

/**
 * Decides who makes a request, and whether they may, from its head alone, before a byte of its body is read. `isUse`, unless said otherwise: it was made
 * just now, so that the session is not idle. Errors: `auth.required`, `auth.refused`.
 */
export function createAccessCheck(deps: AccessDeps): (access: Access, request: FastifyRequest, isUse?: boolean) => Promise<Checked> {
  const take = createNonces(deps.clock)
  const watching: AccessDeps = { ...deps, memberOfSession: (session) => deps.memberOfSession(session, false) }
  return async (access, request, isUse = true) => {
    if (access === 'node' || access === 'any-node') return checkNode(deps, take, [access, request])
    return access === 'public' ? { caller: { kind: 'public' }, contentDigest: null } : checkPrincipal(isUse ? deps : watching, access, request)
  }
}

/** The body is the one that was signed. Error: `auth.refused`. */
export function checkBody({ contentDigest: signed }: Checked, body: Uint8Array): void {
  if (signed !== null && contentDigest(body) !== signed) throw new WindfallError('auth.refused', 'The body is not the one that was signed.')
}
