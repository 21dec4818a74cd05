import { backoffMs } from './backoff.ts'
import type { Clock } from './clock.ts'
import { createAnswerCache } from './http-cache.ts'
import { type FetchLike, type HttpAnswer, type HttpRequest, checkUrl, exchange, unavailable } from './http-exchange.ts'
import { sha256Hex } from './signing.ts'

export type { HttpAnswer }

interface Quota {
  readonly requests: number
  readonly perMs: number
}

export interface HttpClient {
  /**
   * Fetches a resource politely. Resolves with the last answer, whatever its status; 429 and 5xx were retried before.
   * Error: `unavailable` if no usable answer came; rejects with the abort reason if `signal` aborts.
   */
  readonly get: (request: HttpRequest) => Promise<HttpAnswer>
}

/** Durations in milliseconds. */
export interface HttpManners {
  /** For one try, headers and body together. */
  readonly timeoutMs: number
  /** For all tries of one call together. */
  readonly budgetMs: number
  readonly tries: number
  /** Between the starts of two requests to one host. */
  readonly spacingMs: number
  /** What the host allows within any stretch of `perMs`; a request that would break it waits, or fails if its budget is shorter. */
  readonly quotas: readonly Quota[]
  /** How long a host that failed is not asked again. */
  readonly restMs: number
  readonly maxBytes: number
}

const MANNERS: HttpManners = { timeoutMs: 2_500, budgetMs: 5_000, tries: 3, spacingMs: 100, quotas: [], restMs: 600_000, maxBytes: 8_388_608 }
const LONGEST_REST_MS = 3_600_000

interface Host {
  readonly name: string
  nextAt: number
  /** When requests started, as far back as the longest quota reaches. */
  starts: number[]
  restUntil: number
}

/** How one try ended; `final` means that another would end the same way. */
interface Outcome {
  readonly answer?: HttpAnswer
  readonly error?: unknown
  readonly final: boolean
  /** What the host asked for in `Retry-After`. */
  readonly pauseMs: number
}

interface Deps {
  readonly clock: Clock
  readonly fetch?: FetchLike
  /** Uniform in [0, 1). */
  readonly random?: () => number
  readonly manners?: Partial<HttpManners>
}

const isTransient = (status: number): boolean => status === 429 || status >= 500

/** `Retry-After` in seconds or as a date (RFC 9110 §10.2.3) as milliseconds from `now`; 0 without it. */
export function retryAfterMs(text: string | null | undefined, now: number): number {
  if (typeof text !== 'string') return 0
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}

/** What the calls of one client share. */
interface Client {
  readonly clock: Clock
  readonly fetch: FetchLike
  readonly random: () => number
  readonly rules: HttpManners
  readonly cache: ReturnType<typeof createAnswerCache>
}

/** The first moment from `at` on at which one more request keeps every quota. */
function withinQuotas(quotas: readonly Quota[], starts: readonly number[], at: number): number {
  return Math.max(at, ...quotas.map(({ requests, perMs }) => (starts.at(-requests) ?? -Infinity) + perMs))
}

async function awaitTurn({ clock, rules }: Client, host: Host, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const now = clock.monotonic()
  const startAt = withinQuotas(rules.quotas, host.starts, Math.max(now, host.nextAt))
  if (startAt - now > rules.budgetMs) throw unavailable(`${host.name} may not be asked again for another ${Math.ceil((startAt - now) / 1_000)} s.`)
  host.nextAt = startAt + rules.spacingMs
  host.starts = [...host.starts.filter((start) => rules.quotas.some(({ perMs }) => start > startAt - perMs)), startAt]
  const wait = startAt - clock.monotonic()
  if (wait > 0) await clock.sleep(wait, signal)
  signal.throwIfAborted()
}

async function tryOnce({ clock, fetch, rules, cache }: Client, request: HttpRequest, timeoutMs: number): Promise<Outcome> {
  const cached = cache.find(request)
  const headers = { ...request.headers, ...cached?.validators }
  try {
    const reply = await exchange({ clock, fetch, url: checkUrl(request.url), headers, signal: request.signal, timeoutMs, maxBytes: rules.maxBytes })
    if ('refused' in reply) return { error: unavailable(reply.refused), final: true, pauseMs: 0 }
    const pauseMs = retryAfterMs(reply.headers.get('retry-after'), clock.now())
    if (reply.status === 304 && cached) return { answer: cached.answer, final: true, pauseMs }
    const answer = { status: reply.status, body: reply.body, sha256: sha256Hex(reply.body), receivedAt: clock.now() }
    cache.keep(request, answer, reply.headers)
    return { answer, final: !isTransient(reply.status), pauseMs }
  } catch (error) {
    return { error, final: false, pauseMs: 0 }
  }
}

async function tryAll(client: Client, host: Host, request: HttpRequest): Promise<Outcome> {
  const { clock, random, rules } = client
  await awaitTurn(client, host, request.signal)
  const deadline = clock.monotonic() + rules.budgetMs
  for (let tried = 1; ; tried += 1) {
    const outcome = await tryOnce(client, request, Math.min(rules.timeoutMs, deadline - clock.monotonic()))
    const pause = Math.max(outcome.pauseMs, backoffMs(tried - 1, random()))
    if (outcome.final || tried >= rules.tries || clock.monotonic() + pause >= deadline) return outcome
    await clock.sleep(pause, request.signal)
    await awaitTurn(client, host, request.signal)
  }
}

function settle({ clock, rules }: Client, host: Host, { answer, error, pauseMs }: Outcome): HttpAnswer {
  if (!answer || isTransient(answer.status)) host.restUntil = clock.monotonic() + Math.max(rules.restMs, Math.min(pauseMs, LONGEST_REST_MS))
  if (!answer) throw error
  return answer
}

/**
 * A client that is a good guest: one request per host at a time interval, a hard limit on time and size, retries with full jitter,
 * conditional requests (RFC 9110 §13), and a host that failed is left alone for a while, so that a dead provider costs seconds once.
 * Redirects are followed on the same host only; queries and headers never reach a message.
 */
export function createHttpClient({ clock, fetch = globalThis.fetch, random = Math.random, manners }: Deps): HttpClient {
  const client: Client = { clock, fetch, random, rules: { ...MANNERS, ...manners }, cache: createAnswerCache() }
  const hosts = new Map<string, Host>()
  return {
    async get(request) {
      request.signal.throwIfAborted()
      const { host: name } = checkUrl(request.url)
      const host = hosts.get(name) ?? { name, nextAt: 0, starts: [], restUntil: 0 }
      hosts.set(name, host)
      const restMs = host.restUntil - clock.monotonic()
      if (restMs > 0) throw unavailable(`${name} did not answer and is left alone for another ${Math.ceil(restMs / 60_000)} min.`)
      const outcome = await tryAll(client, host, request)
      request.signal.throwIfAborted()
      return settle(client, host, outcome)
    },
  }
}
