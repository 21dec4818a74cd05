import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { type Access, serve } from '../../../shared/contract/define.ts'
import { WindfallError, toProblem } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type AccessDeps, type Checked, createAccessCheck } from './access.ts'
import { type BlobDeps, bindBlobs } from './blob-routes.ts'
import { type CheckpointDeps, bindCheckpoints } from './checkpoint-routes.ts'
import { UNCHECKED, describe, takeAsItIs } from './describe.ts'
import type { ExportParts } from './export-parts.ts'
import { bindExports } from './export-routes.ts'
import { type InputDeps, bindInputs } from './input-routes.ts'
import { bindLinkPage } from './link-page.ts'
import type { CoordinatorHandlers, CoordinatorParts } from './parts.ts'
import { type RateLimitRule, createRateLimit, networkOf } from './rate-limit.ts'
import { type ResultDeps, bindResults } from './result-routes.ts'
import { DEFAULT_BODY_BYTES, type RouteDeps, bindContract } from './routes.ts'
import { bindVerifyPage } from './verify-page.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    isHandIn?: boolean
  }
  interface FastifyRequest {
    /** What the access check found out, `null` until it has. */
    checked: Checked | null
  }
}

export interface HttpServerDeps {
  readonly clock: Clock
  readonly version: string
  readonly handlers: CoordinatorHandlers
  readonly access: AccessDeps
  readonly blobs: BlobDeps
  readonly checkpoints: CheckpointDeps
  readonly inputs: InputDeps
  readonly results: ResultDeps
  readonly exports: Pick<ExportParts, 'keySet' | 'credential' | 'receipts'>
  readonly links: Pick<CoordinatorParts['wallets'], 'open'>
  /** The address the server will listen on; on a loopback address only requests that name it are answered. */
  readonly host: string
  /** Whether the address of a caller is taken from `X-Forwarded-For`: only behind a proxy of ours. */
  readonly trustProxy: boolean
  readonly limits: { readonly network: RateLimitRule; readonly caller: RateLimitRule }
  /** Lets in so many bytes of what nodes hand in until the function is called; `null` if there is no room now. */
  readonly handIn: (bytes: number) => (() => void) | null
  readonly onFailure: (error: unknown, request: { readonly method: string; readonly path: string }) => void
}

/** Addresses that only this machine reaches. */
export const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|::1)$/
/** A page elsewhere may point its own name at 127.0.0.1 (DNS rebinding); then the Host header gives it away. */
const LOOPBACK_AUTHORITY = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?$/

/** True if a request that names `authority` may be served at `host`. */
export const isExpectedAuthority = (host: string, authority: string | undefined): boolean => !LOOPBACK.test(host) || LOOPBACK_AUTHORITY.test(authority ?? '')

const FRAMEWORK_CODES: Readonly<Record<number, 'input.too-large' | 'not-found'>> = { 404: 'not-found', 413: 'input.too-large' }

/** What the framework itself refuses (media type, size, a URL that cannot be read) is the caller's mistake. */
function ownError(error: unknown): unknown {
  const { statusCode = 500, message } = error as Partial<FastifyError>
  if (error instanceof WindfallError || statusCode < 400 || statusCode >= 500) return error
  return new WindfallError(FRAMEWORK_CODES[statusCode] ?? 'input.invalid', message ?? 'The request cannot be read.', { cause: error })
}

/** How soon to ask again where a disk is full or a database out of reach, seconds: both pass without anybody's doing, or with it. */
const UNAVAILABLE_S = 5

const sendProblem = (reply: FastifyReply, error: unknown): FastifyReply => {
  const problem = toProblem(ownError(error))
  if (problem.status === 503) reply.header('retry-after', String(UNAVAILABLE_S))
  return reply.code(problem.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem))
}

function refuseIfBusy(reply: FastifyReply, waitS: number): void {
  if (waitS === 0) return
  reply.header('retry-after', String(waitS))
  throw new WindfallError('rate.limited', `Too many requests. Try again in ${waitS} s.`)
}

/** How soon one that found no room may come again, seconds: by then most of what was under way is done. */
const FULL_S = 2
/** What says nothing of its length may be as long as anything may. */
const UNKNOWN_BYTES = 25_165_824

function enter(handIn: HttpServerDeps['handIn'], { headers }: FastifyRequest, reply: FastifyReply): void {
  const leave = handIn(Number(headers['content-length'] ?? UNKNOWN_BYTES))
  if (leave) reply.raw.once('close', leave)
  else refuseIfBusy(reply, FULL_S)
}

const NO_ACCESS: Checked = { caller: { kind: 'public' }, contentDigest: null }

/** Checks every request before its body is read. Returns what was found out about each. */
function guard(app: FastifyInstance, { clock, access, host, limits, handIn }: HttpServerDeps): (request: FastifyRequest) => Checked {
  app.decorateRequest('checked', null)
  const check = createAccessCheck(access)
  const byNetwork = createRateLimit(clock, limits.network)
  const byCaller = createRateLimit(clock, limits.caller)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    if (!isExpectedAuthority(host, request.headers.host)) throw new WindfallError('auth.refused', 'This coordinator only answers under its own local address.')
    refuseIfBusy(reply, byNetwork(networkOf(request.ip)))
    if (request.routeOptions.config.isHandIn) enter(handIn, request, reply)
    const checked = await check(request.routeOptions.config.access ?? 'public', request)
    const { caller } = checked
    if (caller.kind !== 'public') refuseIfBusy(reply, byCaller(caller.kind === 'node' ? caller.nodeId : caller.requesterId))
    request.checked = checked
  })
  return (request) => request.checked ?? NO_ACCESS
}

function answerErrors(app: FastifyInstance, onFailure: HttpServerDeps['onFailure']): void {
  app.setErrorHandler((error, request, reply) => {
    if (toProblem(ownError(error)).status >= 500) onFailure(error, { method: request.method, path: request.routeOptions.url ?? '' })
    return sendProblem(reply, error)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new WindfallError('not-found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`)),
  )
}

/** Everything that is answered, but for the description of it. */
function bindAll(app: FastifyInstance, deps: HttpServerDeps, { checked, components }: Pick<RouteDeps, 'checked' | 'components'>): void {
  bindContract(app, { server: serve(coordinatorContract, deps.handlers), checked, ...(components ? { components } : {}) })
  bindBlobs(app, deps.blobs, checked)
  bindCheckpoints(app, deps.checkpoints, checked)
  bindInputs(app, deps.inputs, checked)
  bindResults(app, deps.results, checked)
  bindExports(app, deps.exports, checked)
}

/** Made when somebody asks for it, which few do: the schemas of every call take more memory than everything else that answers. */
function answerDescription(app: FastifyInstance, deps: HttpServerDeps): void {
  let made: Promise<string> | null = null
  app.get('/openapi.json', async (_request, reply) => {
    made ??= describe(deps.version, (described, components) => bindAll(described, deps, { checked: () => NO_ACCESS, components })).catch((error: unknown) => {
      made = null
      throw error
    })
    return reply.type('application/json; charset=utf-8').send(await made)
  })
}

/** The coordinator's HTTP server, not yet listening. Every error is a problem document; only a defect of ours is a 5xx that is not retryable. */
export async function createHttpServer(deps: HttpServerDeps): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: DEFAULT_BODY_BYTES,
    requestTimeout: 120_000,
    http: { headersTimeout: 15_000 },
    forceCloseConnections: true,
    trustProxy: deps.trustProxy,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, error),
    schemaController: { compilersFactory: UNCHECKED },
  })
  takeAsItIs(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  // The stream goes through untouched; its handler counts and hashes it.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
  answerErrors(app, deps.onFailure)
  const checked = guard(app, deps)
  answerDescription(app, deps)
  bindAll(app, deps, { checked })
  bindLinkPage(app, deps.links)
  bindVerifyPage(app)
  return app
}
