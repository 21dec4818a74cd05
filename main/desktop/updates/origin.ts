import { type FetchLike, causeOf } from '../../kernel/http-exchange.ts'
import { isLoopback } from '../../kernel/proxy.ts'
import type { FetchFailure } from './failures.ts'

const MAX_REDIRECTS = 3
/** The bytes that were signed, and not what a server makes of them. */
const PLAIN = { 'accept-encoding': 'identity', 'cache-control': 'no-cache' }

export interface Question {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** TLS keeps others from seeing and delaying what is fetched; that it is what was signed does not depend on it. */
const isAllowed = (url: URL): boolean => url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))

/** Asks an address, and follows where it sends on to within its own origin. Never rejects. The body is the caller's to read or cancel. */
export async function askOrigin(fetch: FetchLike, { url, headers, signal }: Question): Promise<Response | FetchFailure> {
  const { host } = url
  let target = url
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    if (!isAllowed(target)) return { why: 'redirect', host }
    const response = await fetch(target.href, { headers: { ...PLAIN, ...headers }, redirect: 'manual', signal }).catch((error: unknown) => causeOf(error))
    if (typeof response === 'string') return { why: 'unreachable', host }
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || response.status === 304 || location === null) return response
    await response.body?.cancel().catch(() => undefined)
    const next = URL.canParse(location, target.href) ? new URL(location, target.href) : null
    if (next?.origin !== url.origin || next.username !== '' || next.password !== '') return { why: 'redirect', host }
    target = next
  }
  return { why: 'redirect', host }
}

/** Whether bytes came as they are. */
export const isPlain = ({ headers }: Response): boolean => (headers.get('content-encoding') ?? 'identity') === 'identity'
