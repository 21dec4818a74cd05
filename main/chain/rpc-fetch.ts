import { WindfallError, messageOf } from '../../shared/errors.ts'
import { backoffMs } from '../kernel/backoff.ts'
import type { Clock } from '../kernel/clock.ts'

export type Fetch = typeof globalThis.fetch

export interface RpcFetchOptions {
  readonly clock: Clock
  readonly fetch: Fetch
  readonly timeoutMs: number
  /** Tries in all for a call that may be repeated. */
  readonly tries: number
  /** Ceiling of the first pause between tries, milliseconds; it doubles each time. */
  readonly pauseMs: number
  readonly random: () => number
}

/** Sending again is the decision of whoever holds the bytes, never of the transport. */
const isRepeatable = (body: unknown): boolean => typeof body === 'string' && !body.includes('"method":"sendTransaction"')

/** Turned away for now: too many requests, or a gateway without its node. */
const isTemporary = (status: number): boolean => status === 429 || status === 502 || status === 503 || status === 504

async function once({ clock, fetch, timeoutMs }: RpcFetchOptions, input: Parameters<Fetch>[0], init: RequestInit | undefined): Promise<Response> {
  const timer = new AbortController()
  const done = new AbortController()
  const timeout = clock.sleep(timeoutMs, done.signal).then((late) => late && timer.abort(new Error(`no answer within ${timeoutMs} ms`)))
  try {
    const response = await fetch(input, { ...init, signal: timer.signal })
    // The body counts towards the time limit too: a provider may send its headers and then stall.
    return new Response(await response.text(), { status: response.status, statusText: response.statusText, headers: { 'content-type': 'application/json' } })
  } finally {
    done.abort('answered')
    await timeout
  }
}

/** A `fetch` with a time limit per try and jittered backoff. Error: `chain.unavailable`. */
export function createRpcFetch(options: RpcFetchOptions): Fetch {
  const { clock, tries, pauseMs, random } = options
  return async (input, init) => {
    const limit = isRepeatable(init?.body) ? tries : 1
    let reason = ''
    for (let attempt = 1; attempt <= limit; attempt++) {
      try {
        const response = await once(options, input, init)
        if (!isTemporary(response.status)) return response
        reason = `HTTP ${response.status}`
      } catch (error) {
        reason = messageOf(error)
      }
      if (attempt < limit) await clock.sleep(backoffMs(attempt - 1, random(), { baseMs: pauseMs }), new AbortController().signal)
    }
    throw new WindfallError('chain.unavailable', `The Solana endpoint does not answer (${reason}). Check its address and the network if this lasts.`)
  }
}
