import http, { type Agent, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Call, type Contract, type HttpBinding, type Transport } from '../../shared/contract/define.ts'
import { WindfallError, fromProblem, messageOf } from '../../shared/errors.ts'
import { readCapped } from './read-capped.ts'

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

/** `POST /v1/jobs/{jobId}/cancel` with `{jobId}` filled from the input; what is left becomes the query or the body. */
export function bindRequest(http: HttpBinding, baseUrl: string, input: Readonly<Record<string, unknown>>): OutgoingRequest {
  const rest = { ...input }
  const path = http.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name]
    delete rest[name]
    return encodeURIComponent(String(value))
  })
  const url = new URL(path, baseUrl)
  if (http.method === 'POST') return { method: 'POST', url, body: new TextEncoder().encode(JSON.stringify(rest)) }
  for (const [name, value] of Object.entries(rest)) if (['string', 'number', 'boolean'].includes(typeof value)) url.searchParams.set(name, String(value))
  return { method: 'GET', url, body: null }
}

/** A contract's calls over HTTP. Errors: what the other side's problem document says, or `unavailable` if it cannot be reached. */
export function createHttpTransport(contract: Contract, options: HttpTransportOptions): Transport {
  return {
    async invoke(name, input) {
      const declared = contract[name] as Call | undefined
      if (!declared?.http) throw new WindfallError('not-found', `There is no call named “${name}” over HTTP.`)
      const request = bindRequest(declared.http, options.baseUrl, (input ?? {}) as Record<string, unknown>)
      return readJson(await send(request, options), request.url)
    },
    subscribe: () => {
      throw new WindfallError('not-found', 'Events do not travel over plain HTTP.')
    },
  }
}

/** Error: `unavailable` if what answered is not a JSON service, such as a proxy's login page. */
export function readJson(answer: Uint8Array, { origin }: URL): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(answer)) as unknown
  } catch (error) {
    throw new WindfallError('unavailable', `${origin} answered something that is not JSON. Check that the address is right and no proxy is in between.`, {
      cause: error,
    })
  }
}

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
  throw fromProblem(status, tryJson(await readAnswer(response, maxBytes)))
}

const unreachable = ({ url }: OutgoingRequest, reason: string, cause?: unknown): WindfallError =>
  new WindfallError('unavailable', `${url.origin} cannot be reached (${reason}). Check that it is running and that this machine is online.`, { cause })

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
    const fail = (error: Error) => reject(unreachable(request, reasonOf(error), error))
    // A signal that was aborted before is thrown at once by some versions and told as an error by others.
    if (signal.aborted) return fail(signal.reason as Error)
    const protocol = url.protocol === 'https:' ? https : http
    const outgoing = protocol.request(url, { method, headers, signal, agent: patientAgent(protocol) })
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

function tryJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown
  } catch {
    return null
  }
}
