import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { EpochMs } from '../../shared/units.ts'
import type { Clock } from './clock.ts'
import { readCapped } from './read-capped.ts'

export interface HttpRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  /** After content decoding, as it was hashed. */
  readonly body: Uint8Array
  readonly sha256: string
  /** When this body first arrived; an answer of 304 does not make it younger. */
  readonly receivedAt: EpochMs
}

/** The part of the platform's `fetch` that is used. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>

interface Exchange {
  readonly clock: Clock
  readonly fetch: FetchLike
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly timeoutMs: number
  readonly maxBytes: number
}

interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

/** An answer we will not take, and that asking again would not change. */
interface Refusal {
  readonly refused: string
}

const MAX_REDIRECTS = 3

export const unavailable = (message: string, cause?: unknown): WindfallError => new WindfallError('unavailable', message, { cause })

/** Error: `input.invalid` unless the text is an http(s) address without a user name or password in it. */
export function checkUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new WindfallError('input.invalid', 'A web address must start with http:// or https:// and hold no password.')
  return url
}

/** One request, redirects on the same host included. Error: `unavailable`, naming the host and nothing else of the address. */
export async function exchange(options: Exchange): Promise<Reply | Refusal> {
  const { clock, signal, timeoutMs, url } = options
  const timeout = new AbortController()
  const finished = new AbortController()
  const timer = clock.sleep(timeoutMs, finished.signal).then((expired) => expired && timeout.abort())
  try {
    return await follow(options, AbortSignal.any([signal, timeout.signal]))
  } catch (error) {
    const what = timeout.signal.aborted ? `did not answer within ${timeoutMs} ms` : `could not be reached (${causeOf(error)})`
    throw unavailable(`${url.host} ${what}.`, error)
  } finally {
    finished.abort()
    await timer
  }
}

/** Node hides the useful part of a failed fetch (“ECONNREFUSED”) in the cause. */
export const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? String(cause.code) : messageOf(error).slice(0, 80)
}

async function follow({ fetch, url, headers, maxBytes }: Exchange, signal: AbortSignal): Promise<Reply | Refusal> {
  let target = url
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await fetch(target.href, { headers, redirect: 'manual', signal })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || response.status === 304 || location === null) {
      const body = await readCapped(response.body ?? [], maxBytes)
      return body
        ? { status: response.status, headers: response.headers, body }
        : { refused: `${url.host} sent more than ${maxBytes} bytes, which is not read.` }
    }
    await response.body?.cancel()
    const next = sameHost(target, location)
    if (!next) return { refused: `${url.host} redirects to another host, which is not followed.` }
    target = next
  }
  return { refused: `${url.host} redirects in circles.` }
}

function sameHost(from: URL, location: string): URL | null {
  const target = URL.canParse(location, from.href) ? new URL(location, from.href) : null
  const secure = target?.protocol === from.protocol || target?.protocol === 'https:'
  return target?.host === from.host && secure ? target : null
}
