import http, { type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Contract, HttpBinding, Transport } from '../../shared/contract/define.ts'
import { type BoundCall, bindCall, contractTransport, refusalOf } from '../../shared/contract/http-transport.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { clientCertificate } from './client-certificate.ts'
import { readCapped } from './read-capped.ts'
import { tlsProblem } from './tls-words.ts'

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly body: Uint8Array | StreamedBody | null
}

/** Content that is read while it is sent; its length and its SHA-256 (hex) are known before. */
interface StreamedBody {
  readonly content: Readable
  readonly bytes: number
  readonly sha256: string
}

export interface HttpTransportOptions {
  readonly baseUrl: string
  /** Adds what proves who is asking: a bearer token, or a signature over the request. */
  readonly authorize: (request: OutgoingRequest) => Promise<Readonly<Record<string, string>>>
  readonly timeoutMs?: number
  /** Larger answers are not read. */
  readonly maxBytes?: number
  /** Ends what is under way, and lets nothing begin. */
  readonly signal?: AbortSignal | undefined
  /** Called with the head of every answer, whatever its status. */
  readonly answered?: (headers: IncomingHttpHeaders) => void
}

const MAX_ANSWER_BYTES = 64 * 1_048_576

/** A call as it is sent to `baseUrl`. */
export function bindRequest(http: HttpBinding, baseUrl: string, input: Readonly<Record<string, unknown>>): OutgoingRequest {
  return addressed(bindCall(http, input), baseUrl)
}

const addressed = ({ target, ...rest }: BoundCall, baseUrl: string): OutgoingRequest => ({ ...rest, url: new URL(target, baseUrl) })

/** A contract's calls over HTTP. Errors: what the other side's problem document says, or `unavailable` if it cannot be reached. */
export const createHttpTransport = (contract: Contract, options: HttpTransportOptions): Transport =>
  contractTransport(contract, new URL(options.baseUrl).origin, (request) => send(addressed(request, options.baseUrl), options))

/** Sends one request and returns the answer's bytes, capped. Errors as {@link createHttpTransport}. */
export const send = (request: OutgoingRequest, options: Omit<HttpTransportOptions, 'baseUrl'>): Promise<Uint8Array> =>
  receive(request, options, (answer) => readAnswer(answer, options.maxBytes ?? MAX_ANSWER_BYTES))

/** Sends one request and lets `take` read the answer while it arrives; the time limit is for both. Errors as {@link createHttpTransport}, and what `take` throws. */
export async function receive<T>(request: OutgoingRequest, options: Omit<HttpTransportOptions, 'baseUrl'>, take: (answer: Readable) => Promise<T>): Promise<T> {
  const { timeoutMs = 20_000, signal } = options
  const headers = await headersOf(request, options)
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new DOMException(`no answer within ${timeoutMs / 1_000} s`, 'TimeoutError')), timeoutMs)
  try {
    return await exchange(request, { ...options, headers, signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal }, take)
  } finally {
    clearTimeout(timer)
    // Whoever has answered before all of it was sent does not want the rest.
    if (isStreamed(request.body)) request.body.content.destroy()
  }
}

type Headers = Readonly<Record<string, string>>
type Exchange = Pick<HttpTransportOptions, 'answered' | 'maxBytes'> & { readonly headers: Headers; readonly signal: AbortSignal }

/** Nothing here could unpack an answer, so none is to be packed. */
const headersOf = async (request: OutgoingRequest, { authorize }: Pick<HttpTransportOptions, 'authorize'>): Promise<Headers> => ({
  accept: 'application/json',
  'accept-encoding': 'identity',
  ...contentHeaders(request),
  ...(await authorize(request)),
})

function contentHeaders({ body }: OutgoingRequest): Headers {
  if (isStreamed(body)) return { 'content-type': 'application/octet-stream', 'content-length': String(body.bytes) }
  return body ? { 'content-type': 'application/json' } : {}
}

const isStreamed = (body: OutgoingRequest['body']): body is StreamedBody => body !== null && 'content' in body

async function exchange<T>(
  request: OutgoingRequest,
  { headers, signal, answered, maxBytes = MAX_ANSWER_BYTES }: Exchange,
  take: (answer: Readable) => Promise<T>,
): Promise<T> {
  const response = await ask(request, headers, signal)
  const status = response.statusCode ?? 0
  answered?.(response.headers)
  if (status >= 300 && status <= 399) {
    response.destroy()
    throw unreachable(request, 'it answers with a redirect, which is not followed')
  }
  if (status >= 200 && status <= 299) return take(response)
  throw refusalOf(status, await readAnswer(response, maxBytes))
}

const unreachable = ({ url }: OutgoingRequest, reason: string, cause?: unknown): WindfallError =>
  new WindfallError('unavailable', `${url.origin} cannot be reached (${reason}). Check that it is running and that this machine is online.`, { cause })

/** That it runs and this machine is online is certain then. */
function untrusted({ url }: OutgoingRequest, error: Error): WindfallError | null {
  const problem = tlsProblem(error)
  return problem === null ? null : new WindfallError('unavailable', `${url.origin} cannot be reached: ${problem}.`, { cause: error })
}

/** Longer than the pause between two reports, of which each would otherwise begin with a handshake. What has closed is not used again. */
const KEPT_MS = 65_000
/** A sign of life that finds dead connections, and hardly counts where the network is paid for. */
const PROBE_MS = 30_000
const kept = new WeakMap<Agent, Agent>()

/** As the global agent of the moment, which goes through the proxies of the environment, but with more patience for connections. */
function patientAgent({ globalAgent }: typeof http | typeof https): Agent {
  const known = kept.get(globalAgent)
  if (known) return known
  const { Agent: Patient } = globalAgent instanceof https.Agent ? https : http
  // Both kinds have them; only one is declared to.
  const { options } = globalAgent as https.Agent
  const agent = new Patient({ ...options, timeout: KEPT_MS, keepAliveMsecs: PROBE_MS })
  kept.set(globalAgent, agent)
  return agent
}

/** Not by `fetch`, which takes 10 MB of an agent that asks a few times a minute. */
function ask(request: OutgoingRequest, headers: Headers, signal: AbortSignal): Promise<IncomingMessage> {
  const { method, url, body } = request
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(untrusted(request, error) ?? unreachable(request, reasonOf(error), error))
    // A signal that was aborted before is thrown at once by some versions and told as an error by others.
    if (signal.aborted) return fail(signal.reason as Error)
    const protocol = url.protocol === 'https:' ? https : http
    const outgoing = protocol.request(url, { method, headers, signal, agent: patientAgent(protocol), ...clientCertificate() })
    outgoing.on('error', fail).on('response', resolve)
    if (isStreamed(body)) pipeline(body.content, outgoing).catch(fail)
    else outgoing.end(body ?? undefined)
  })
}

/** Several addresses that all refuse are one error without a message. */
function reasonOf(error: Error & { readonly code?: unknown }): string {
  const said = messageOf(error.cause instanceof Error ? error.cause : error)
  return said === '' ? String(error.code) : said
}

async function readAnswer(response: Readable, maxBytes: number): Promise<Uint8Array> {
  const answer = await readCapped(response as AsyncIterable<Uint8Array>, maxBytes).catch((error: unknown) => {
    throw new WindfallError('unavailable', 'The connection broke in the middle of an answer. Try again.', { cause: error })
  })
  if (!answer) throw new WindfallError('input.too-large', 'The answer is larger than any valid answer can be.')
  return answer
}
