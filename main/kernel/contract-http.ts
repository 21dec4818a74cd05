import { type Call, type Contract, type HttpBinding, type Transport } from '../../shared/contract/define.ts'
import { WindfallError, fromProblem, messageOf } from '../../shared/errors.ts'

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  readonly body: Uint8Array | null
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
  readonly answered?: (headers: Headers) => void
  readonly fetch?: typeof fetch
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
  for (const [name, value] of Object.entries(rest)) if (typeof value === 'string' || typeof value === 'number') url.searchParams.set(name, String(value))
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
export async function send(request: OutgoingRequest, options: Omit<HttpTransportOptions, 'baseUrl'>): Promise<Uint8Array> {
  const response = await ask(request, options)
  options.answered?.(response.headers)
  const bytes = await readCapped(response, options.maxBytes ?? MAX_ANSWER_BYTES)
  if (response.ok) return bytes
  throw fromProblem(response.status, tryJson(bytes))
}

async function ask(
  { method, url, body }: OutgoingRequest,
  { authorize, timeoutMs = 20_000, signal, fetch: fetchWith = fetch }: Omit<HttpTransportOptions, 'baseUrl'>,
) {
  const headers = { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}), ...(await authorize({ method, url, body })) }
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    return await fetchWith(url, {
      method,
      headers,
      body: body as Uint8Array<ArrayBuffer> | null,
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
  } catch (error) {
    throw new WindfallError('unavailable', `${url.origin} cannot be reached (${reasonOf(error)}). Check that it is running and that this machine is online.`, {
      cause: error,
    })
  }
}

const reasonOf = (error: unknown): string => messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error)

async function readCapped(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength
      if (size > maxBytes) throw new WindfallError('input.too-large', 'The answer is larger than any valid answer can be.')
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof WindfallError) throw error
    throw new WindfallError('unavailable', 'The connection broke in the middle of an answer. Try again.', { cause: error })
  }
  return Buffer.concat(chunks)
}

function tryJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown
  } catch {
    return null
  }
}
