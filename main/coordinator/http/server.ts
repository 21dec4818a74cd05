import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import { serve } from '../../../shared/contract/define.ts'
import { WindfallError, toProblem } from '../../../shared/errors.ts'
import { withoutSecrets } from '../../kernel/hidden.ts'
import type { ChangeParts } from './changes-parts.ts'
import { FULL_S } from './admission.ts'
import { type ActBorder, type ActLog, createActBorder } from './act-border.ts'
import { createAccessCheck } from './access.ts'
import { type BlobDeps, bindBlobs } from './blob-routes.ts'
import { type CheckpointDeps, bindCheckpoints } from './checkpoint-routes.ts'
import { bindChanges } from './changes-routes.ts'
import { bindConsole } from './console-pages.ts'
import { bindDescription } from './description-routes.ts'
import type { ExportParts } from './export-parts.ts'
import { bindExports } from './export-routes.ts'
import { type GuardDeps, guard } from './guard.ts'
import { DEFAULT_BODY_BYTES } from './http-calls.ts'
import { type InputDeps, bindInputs } from './input-routes.ts'
import { bindLinkPage } from './link-page.ts'
import { type ListenerDeps, listenerOptions, openListener } from './listener.ts'
import type { CoordinatorHandlers, CoordinatorParts } from './parts.ts'
import { type ResultDeps, bindResults } from './result-routes.ts'
import { type SignInParts, bindSignInPages } from './sign-in-pages.ts'
import { type ProbeDeps, bindProbes } from './probe-routes.ts'
import { type RouteDeps, bindContract } from './routes.ts'
import { UNCHECKED, takeAsItIs } from './unchecked.ts'
import type { Traffic } from './traffic.ts'
import { bindVerifyPage } from './verify-page.ts'

export interface HttpServerDeps extends GuardDeps, ListenerDeps {
  readonly version: string
  readonly handlers: CoordinatorHandlers
  readonly acts: ActLog
  readonly blobs: BlobDeps
  readonly checkpoints: CheckpointDeps
  readonly inputs: InputDeps
  readonly results: ResultDeps
  readonly exports: Pick<ExportParts, 'keySet' | 'credential' | 'receipts'>
  readonly links: Pick<CoordinatorParts['wallets'], 'open'>
  readonly signIn: SignInParts | null
  readonly changes: ChangeParts
  readonly traffic: Traffic
  readonly probes: ProbeDeps
  readonly onFailure: (error: unknown, request: { readonly method: string; readonly path: string }) => void
}

const FRAMEWORK_CODES: Readonly<Record<number, 'input.too-large' | 'not-found'>> = { 404: 'not-found', 413: 'input.too-large' }

/** What the framework itself refuses (media type, size, a URL that cannot be read) is the caller's mistake. */
function ownError(error: unknown): unknown {
  const { statusCode = 500, message } = error as Partial<FastifyError>
  if (error instanceof WindfallError || statusCode < 400 || statusCode >= 500) return error
  return new WindfallError(FRAMEWORK_CODES[statusCode] ?? 'input.invalid', message ?? 'The request cannot be read.', { cause: error })
}

/** How soon to ask again where a disk is full or a database out of reach, seconds: both pass without anybody's doing, or with it. */
const UNAVAILABLE_S = 5

/** What is refused is read to its end and thrown away, so that the answer arrives; but no more of it than the call would have taken. */
const isEndless = ({ headers, routeOptions }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > (routeOptions.bodyLimit ?? DEFAULT_BODY_BYTES)

const sendProblem = (reply: FastifyReply, error: unknown): FastifyReply => {
  const problem = toProblem(ownError(error))
  if (problem.status === 503) reply.header('retry-after', String(UNAVAILABLE_S))
  if (problem.status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', String(FULL_S))
  if (isEndless(reply.request)) reply.header('connection', 'close')
  return reply
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .send(withoutSecrets(JSON.stringify(problem)))
}

/** Whoever breaks off in the middle of what they send is no failure of ours. */
const isBrokenOff = (error: unknown, { raw }: FastifyRequest): boolean => raw.errored !== null && raw.errored === error

function answerErrors(app: FastifyInstance, { onFailure }: HttpServerDeps, acts: Pick<ActBorder, 'refused'>): void {
  const told = (error: unknown, { method, routeOptions }: FastifyRequest): void => onFailure(error, { method, path: routeOptions.url ?? '' })
  app.setErrorHandler(async (error, request, reply) => {
    try {
      await acts.refused(request, error)
    } catch (lost) {
      told(lost, request)
    }
    if (toProblem(ownError(error)).status >= 500 && !isBrokenOff(error, request)) told(error, request)
    return sendProblem(reply, error)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new WindfallError('not-found', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`)),
  )
}

function bindAll(app: FastifyInstance, deps: HttpServerDeps, { checked, acts }: Omit<RouteDeps, 'server'>): void {
  bindContract(app, { server: serve(coordinatorContract, deps.handlers), acts, checked })
  bindBlobs(app, deps.blobs, checked)
  bindCheckpoints(app, deps.checkpoints, checked)
  bindInputs(app, deps.inputs, checked)
  bindResults(app, deps.results, checked)
  bindExports(app, deps.exports, checked)
  const check = createAccessCheck(deps.access)
  bindProbes(app, deps.probes, check)
  bindChanges(app, { changes: deps.changes, check }, checked)
  bindLinkPage(app, deps.links)
  bindSignInPages(app, deps.signIn)
  bindVerifyPage(app)
  bindConsole(app)
  bindDescription(app, deps.version)
}

/** The coordinator's HTTP server, not yet listening. Every error is a problem document; only a defect of ours is a 5xx that is not retryable. */
export async function createHttpServer(deps: HttpServerDeps): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: DEFAULT_BODY_BYTES,
    ...listenerOptions(deps),
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, error),
    schemaController: { compilersFactory: UNCHECKED },
  })
  openListener(app.server, deps)
  takeAsItIs(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  // The stream goes through untouched; its handler counts and hashes it.
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload))
  const acts = createActBorder(deps.acts, deps.clock)
  answerErrors(app, deps, acts)
  deps.traffic.bind(app)
  const checked = guard(app, deps)
  bindAll(app, deps, { checked, acts })
  return app
}
