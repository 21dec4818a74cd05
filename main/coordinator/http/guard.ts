import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { TLSSocket } from 'node:tls'
import { type AccessDeps, type Checked, createAccessCheck } from './access.ts'
import { FULL_S, createAdmission, refuseIfBusy } from './admission.ts'
import { type OwnNames, isExpectedAuthority, isSignedForUs } from './authority.ts'
import type { Limits } from './limits.ts'
import { checkHead } from './request-head.ts'
import type { ServerTls } from './tls.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    isHandIn?: boolean
    /** What balancers ask all the time. */
    isProbe?: boolean
    /** Is answered for as long as somebody listens, and counted by who does: it takes no place from those who wait for an answer. */
    isLine?: boolean
    /** Which call of the contract it is. */
    call?: string
  }
  interface FastifyInstance {
    /** Every route there is, and who may use it. */
    routeAccess: { readonly method: string; readonly url: string; readonly access: Access }[]
  }
  interface FastifyRequest {
    /** What the access check found out, `null` until it has. */
    checked: Checked | null
  }
}

export interface GuardDeps {
  readonly access: AccessDeps
  /** The address the server will listen on; on a loopback address only requests that name it are answered. */
  readonly host: string
  /** What nodes sign their requests for. */
  readonly names: OwnNames
  readonly limits: Limits
  readonly tls: ServerTls | null
  /** Lets in so many bytes of what nodes hand in until the function is called; `null` if there is no room now. */
  readonly handIn: (bytes: number) => (() => void) | null
}

/** What says nothing of its length may be as long as anything may. */
const UNKNOWN_BYTES = 25_165_824

function enter(handIn: GuardDeps['handIn'], { headers }: FastifyRequest, reply: FastifyReply): void {
  const leave = handIn(Number(headers['content-length'] ?? UNKNOWN_BYTES))
  if (leave) reply.raw.once('close', leave)
  else refuseIfBusy(reply, FULL_S)
}

const NO_ACCESS: Checked = { caller: { kind: 'public' }, contentDigest: null }

/** A route that does not say who may come in lets nobody in: the server does not start with one. */
function requireAccess({ url = '', config }: { readonly url?: string | undefined; readonly config?: { readonly access?: Access } | undefined }): Access {
  if (config?.access === undefined) throw new RangeError(`the route ${url} does not say who may use it`)
  return config.access
}

const isNodes = (access: Access): boolean => access === 'node' || access === 'any-node'

/** Error: `auth.refused`. */
function checkAuthority({ host, names }: GuardDeps, access: Access, { headers }: FastifyRequest): void {
  if (!isExpectedAuthority(host, headers.host)) throw new WindfallError('auth.refused', 'This coordinator only answers under its own local address.')
  if (isNodes(access) && !isSignedForUs(names, headers.host))
    throw new WindfallError(
      'auth.refused',
      `This coordinator is ${[...(names ?? [])].join(' or ')} to its nodes. Use that address, or have its operator add this one to names (WINDFALL_COORDINATOR_NAMES).`,
    )
}

const ENROLMENTS: ReadonlySet<string | undefined> = new Set(['beginEnrolment', 'enrol'])

/** Error: `auth.refused` unless a node of a closed fleet shows that it is of it. */
function checkCertificate({ tls }: GuardDeps, access: Access, { raw, routeOptions }: FastifyRequest): void {
  if (!tls?.asksNodes || !(isNodes(access) || ENROLMENTS.has(routeOptions.config.call))) return
  if (!(raw.socket as Partial<TLSSocket>).authorized)
    throw new WindfallError(
      'auth.refused',
      'This coordinator takes only nodes with a certificate of its fleet. Give the agent one: WINDFALL_CLIENT_CERTIFICATE_FILE and WINDFALL_CLIENT_KEY_FILE.',
    )
}

/** A balancer may have the address of everybody behind it; but whoever shows a key is somebody to be checked. */
const isFree = ({ routeOptions, headers }: FastifyRequest): boolean => routeOptions.config.isProbe === true && headers.authorization === undefined

/** Checks every request before its body is read. Returns what was found out about each. */
export function guard(app: FastifyInstance, deps: GuardDeps): (request: FastifyRequest) => Checked {
  app.decorateRequest('checked', null)
  app.decorate('routeAccess', [])
  app.addHook('onRoute', (route) => {
    app.routeAccess.push({ method: String(route.method), url: route.url, access: requireAccess(route) })
  })
  const check = createAccessCheck(deps.access)
  const admission = createAdmission(deps.access.clock, deps.limits)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    if (!isFree(request)) admission.arrive(request, reply)
    checkHead(request.raw)
    const access = request.is404 ? 'public' : requireAccess(request.routeOptions)
    checkAuthority(deps, access, request)
    checkCertificate(deps, access, request)
    if (request.routeOptions.config.isHandIn) enter(deps.handIn, request, reply)
    if (access === 'public') admission.anybody(request, reply)
    request.checked = access === 'public' ? NO_ACCESS : await admission.name(request, reply, () => check(access, request))
  })
  app.addHook('onError', async (request, _reply, error) => {
    if (request.checked?.caller.kind === 'public' && error instanceof WindfallError && error.code === 'auth.refused') admission.refused(request)
  })
  return (request) => request.checked ?? NO_ACCESS
}
