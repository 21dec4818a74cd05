import dns from 'node:dns/promises'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { type LookupFunction, isIP } from 'node:net'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import type { Clock } from './clock.ts'
import { type Target, checkTarget, hostOf, mayReach } from './guarded-address.ts'
import { unavailable } from './http-exchange.ts'
import { readCapped } from './read-capped.ts'

export interface GuardedRequest {
  readonly url: string
  /** Sent by POST; GET without it. */
  readonly body?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

interface GuardedAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** As it came, never unpacked; `null` if it is longer than 64 KiB. */
  readonly body: Buffer | null
}

/** Errors: `input.invalid` for an address that is not used, saying why; `unavailable` if no answer comes in time; the abort reason if `signal` aborts. */
export type GuardedFetch = (request: GuardedRequest) => Promise<GuardedAnswer>

/** Every address that a name leads to. */
type Lookup = (host: string) => Promise<readonly string[]>

export interface EgressRules {
  /** `host:port` that the operator answers for: they may be in his own network, and without TLS. */
  readonly vouched: ReadonlySet<string>
  /** What nobody vouches for goes through this HTTP proxy, by CONNECT to the very address that was checked; `null`: directly. */
  readonly proxy: string | null
}

export interface GuardedFetchDeps extends EgressRules {
  readonly clock: Pick<Clock, 'sleep'>
  readonly lookup?: Lookup
  /** Certificates, PEM, that are trusted instead of those of the system. */
  readonly ca?: string
}

const TIMEOUT_MS = 5_000
const MAX_BYTES = 65_536
const MAX_HEADER_BYTES = 16_384
/** So many answers may come before the answer (RFC 9110 §15.2). */
const MAX_INFORMATION = 8

// Asks name servers itself: `dns.lookup` takes one of the few threads of this process for as long as a slow server likes.
const resolver = new dns.Resolver({ timeout: 1_500, tries: 2 })

async function resolveName(host: string): Promise<readonly string[]> {
  const [found4, found6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
  const addresses = [found4, found6].flatMap((found) => (found.status === 'fulfilled' ? found.value : []))
  if (addresses.length === 0 && found4.status === 'rejected') throw found4.reason
  return addresses
}

/** What an operator vouches for may have its name from this machine only. */
const lookupHere = async (host: string): Promise<readonly string[]> => (await dns.lookup(host, { all: true })).map(({ address }) => address)

async function addressesOf({ lookup }: Pick<GuardedFetchDeps, 'lookup'>, target: Target): Promise<readonly string[]> {
  const host = hostOf(target.url)
  const addresses = isIP(host) === 0 ? await (lookup ?? (target.isVouched ? lookupHere : resolveName))(host) : [host]
  if (!mayReach(addresses, target))
    throw new WindfallError('input.invalid', `This address is not used: ${host} does not lead to the public internet, or not only there.`)
  return addresses
}

/** Answers with what was found before, whatever a name server would say by now. */
const pinned =
  (addresses: readonly string[]): LookupFunction =>
  (_, options, done) => {
    const found = addresses.map((address) => ({ address, family: isIP(address) }))
    const [first] = found
    if (options.all === true) done(null, found)
    else done(null, first?.address ?? '', first?.family)
  }

/** Where to connect. A proxy is told the address that was checked, not a name that it would look up again. */
const placeOf = ({ url }: Target, addresses: readonly string[], proxy: string | null) =>
  proxy === null ? { host: hostOf(url), lookup: pinned(addresses) } : { host: addresses.find((address) => isIP(address) === 4) ?? addresses[0] }

/** An agent of its own, which ends with the answer and knows nothing of the proxies of the environment. */
const tlsAgent = (proxy: string | null, ca: string | undefined): https.Agent =>
  new https.Agent({ keepAlive: false, ...(proxy !== null && { proxyEnv: { HTTPS_PROXY: proxy } }), ...(ca !== undefined && { ca }) })

function ask(deps: GuardedFetchDeps, target: Target, { addresses, request, signal }: Asking): Promise<IncomingMessage> {
  const { url, port } = target
  const isTls = url.protocol === 'https:'
  const proxy = target.isVouched ? null : deps.proxy
  const options = {
    ...placeOf(target, addresses, proxy),
    port,
    path: `${url.pathname}${url.search}`,
    method: request.body ? 'POST' : 'GET',
    headers: { ...request.headers, 'accept-encoding': 'identity', ...(request.body && { 'content-length': request.body.length }), host: url.host },
    agent: isTls ? tlsAgent(proxy, deps.ca) : new http.Agent({ keepAlive: false }),
    maxHeaderSize: MAX_HEADER_BYTES,
    signal,
  }
  // The certificate has to be that of the name, whatever the connection is made to; an address has none to send (RFC 6066).
  const servername = isIP(hostOf(url)) === 0 ? hostOf(url) : ''
  return new Promise((resolve, reject) => {
    const outgoing = isTls ? https.request({ ...options, servername }) : http.request(options)
    outgoing.on('error', reject).on('response', resolve)
    // Without a listener a connection that becomes something else ends without a word.
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy()
      reject(new Error('it answers with something else than HTTP'))
    })
    let told = 0
    outgoing.on('information', () => {
      told += 1
      if (told > MAX_INFORMATION) outgoing.destroy(new Error('it never comes to its answer'))
    })
    outgoing.on('close', () => reject(new Error('it closed the connection')))
    outgoing.end(request.body)
  })
}

interface Asking {
  readonly addresses: readonly string[]
  readonly request: GuardedRequest
  readonly signal: AbortSignal
}

/** Whatever becomes of it: name servers cannot be interrupted, and some connections end without a word. */
const orAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })

async function exchange(deps: GuardedFetchDeps, request: GuardedRequest, signal: AbortSignal): Promise<GuardedAnswer> {
  const target = checkTarget(request.url, deps.vouched)
  const addresses = await orAborted(addressesOf(deps, target), signal)
  const response = await orAborted(ask(deps, target, { addresses, request, signal }), signal)
  const body = await orAborted(readCapped(response as AsyncIterable<Uint8Array>, MAX_BYTES), signal)
  return { status: response.statusCode ?? 0, headers: response.headers, body }
}

/** The code alone: messages of the network name addresses, and those of a network that is not public are nobody's business. */
const reasonOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : messageOf(error).slice(0, 80))

/**
 * Fetches an address that somebody else gave, and nothing that this process alone can reach: https on the public internet. The name is looked up once
 * and that answer is connected to, the certificate is that of the name, no redirect is followed, all of it ends after 5 s, and the answer is read up
 * to 64 KiB and never unpacked.
 */
export function createGuardedFetch(deps: GuardedFetchDeps): GuardedFetch {
  return async (request) => {
    request.signal.throwIfAborted()
    const [late, finished] = [new AbortController(), new AbortController()]
    const timer = deps.clock.sleep(TIMEOUT_MS, finished.signal).then((expired) => expired && late.abort())
    try {
      return await exchange(deps, request, AbortSignal.any([request.signal, late.signal]))
    } catch (error) {
      request.signal.throwIfAborted()
      if (error instanceof WindfallError) throw error
      const { host } = new URL(request.url)
      throw unavailable(
        late.signal.aborted ? `${host} did not answer within ${TIMEOUT_MS / 1_000} s.` : `${host} could not be reached (${reasonOf(error)}).`,
        error,
      )
    } finally {
      finished.abort()
      await timer
    }
  }
}
