import { type BoundCall, type Exchange, refusalOf } from '../../shared/contract/http-transport.ts'
import { isRepeatable } from '../../shared/contract/repeatable.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'

export interface ClientOptions {
  /** Address of the coordinator, such as `https://coordinator.example`. */
  readonly baseUrl: string
  /** An API key; none for what anybody may ask. */
  readonly apiKey?: string
  /** How often a call is tried in all; 4 unless given. */
  readonly tries?: number
  /** How long one try may take, milliseconds; 20,000 unless given. */
  readonly timeoutMs?: number
  /** Ends what is under way, and lets nothing begin. */
  readonly signal?: AbortSignal
  /** Another `fetch` than that of the platform. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** How to wait, milliseconds. */
  readonly sleep?: (ms: number) => Promise<void>
  /** Uniform in [0, 1). */
  readonly random?: () => number
}

/** Whoever asks for a longer rest is believed, and the call given up. */
const LONGEST_WAIT_MS = 60_000
const FIRST_WAIT_MS = 500

interface Refused {
  readonly error: WindfallError
  /** How long to wait before another try as the other side says, `null` if it does not say. */
  readonly waitMs: number | null
  /** Nothing was done with what was asked. */
  readonly untouched: boolean
}

type Tried = { readonly answer: Uint8Array } | Refused

/** Seconds or a date (RFC 9110 §10.2.3), which is one by the clock of whoever answers. */
function retryAfterMs(headers: Headers): number | null {
  const text = headers.get('retry-after')
  if (text === null) return null
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.parse(headers.get('date') ?? '')
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

const headersOf = (apiKey: string | undefined, { body }: BoundCall): Record<string, string> => ({
  accept: 'application/json',
  ...(body ? { 'content-type': 'application/json' } : {}),
  ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
})

/** Error: what aborted `options.signal`. */
async function tryOnce(options: ClientOptions, request: BoundCall): Promise<Tried> {
  const { baseUrl, apiKey, timeoutMs = 20_000, signal, fetch = globalThis.fetch } = options
  const limit = AbortSignal.timeout(timeoutMs)
  const url = new URL(request.target, baseUrl)
  try {
    const init = { method: request.method, headers: headersOf(apiKey, request), body: request.body, redirect: 'manual' } as const
    const response = await fetch(url.href, { ...init, signal: signal ? AbortSignal.any([signal, limit]) : limit })
    const answer = new Uint8Array(await response.arrayBuffer())
    if (response.ok) return { answer }
    return { error: refusalOf(response.status, answer), waitMs: retryAfterMs(response.headers), untouched: response.status === 429 }
  } catch (error) {
    signal?.throwIfAborted()
    const reason = messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error)
    const words = `${url.origin} cannot be reached (${reason}). Check that it is running and that this machine is online.`
    return { error: new WindfallError('unavailable', words, { cause: error }), waitMs: null, untouched: false }
  }
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** Full jitter, so that those who were refused together do not come back together. */
const backoffMs = (tried: number, chance: number): number => chance * FIRST_WAIT_MS * 2 ** tried

/**
 * Sends calls by `fetch`. What was refused because too much is asked is sent again after as long as the other side says; what could not be done just
 * now, or whose answer was lost, only if the call may be repeated. Errors: what the problem document says, or `unavailable`.
 */
export const fetchExchange =
  (options: ClientOptions): Exchange =>
  async (request, { name, http }) => {
    const { tries = 4, sleep = wait, random = Math.random, signal } = options
    for (let tried = 1; ; tried += 1) {
      signal?.throwIfAborted()
      const outcome = await tryOnce(options, request)
      if ('answer' in outcome) return outcome.answer
      const { error, untouched, waitMs } = outcome
      const pauseMs = waitMs ?? backoffMs(tried, random())
      if (tried >= tries || !error.retry || pauseMs > LONGEST_WAIT_MS || !(untouched || isRepeatable(name, http))) throw error
      await sleep(pauseMs)
    }
  }
