/** How calls of a contract become HTTP requests and answers: the one way for agents, the command line and everybody else's programs. */
import { WindfallError, fromProblem } from '../errors.ts'
import type { Call, Contract, HttpBinding, Transport } from './define.ts'

export interface BoundCall {
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly target: string
  readonly body: Uint8Array<ArrayBuffer> | null
}

const isPlain = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value)

/** `POST /v1/jobs/{jobId}/cancel` with `{jobId}` filled from the input; what is left becomes the query or the body. */
export function bindCall(http: HttpBinding, input: Readonly<Record<string, unknown>>): BoundCall {
  const rest = { ...input }
  const path = http.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest[name]
    delete rest[name]
    return encodeURIComponent(String(value))
  })
  if (http.method === 'POST') return { method: 'POST', target: path, body: new TextEncoder().encode(JSON.stringify(rest)) }
  const query = Object.entries(rest).flatMap(([name, value]) => (isPlain(value) ? [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`] : []))
  return { method: 'GET', target: query.length === 0 ? path : `${path}?${query.join('&')}`, body: null }
}

/** Sends a call and returns the bytes of a good answer; rejects with what the problem of a bad one says. */
export type Exchange = (request: BoundCall, call: { readonly name: string; readonly http: HttpBinding }) => Promise<Uint8Array>

/** Error: `unavailable` if what answered is not a JSON service, such as a proxy's login page. */
export function readJson(answer: Uint8Array, origin: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(answer)) as unknown
  } catch (error) {
    throw new WindfallError('unavailable', `${origin} answered something that is not JSON. Check that the address is right and no proxy is in between.`, {
      cause: error,
    })
  }
}

/** What an answer that is not good says, by its problem document or, without one, by its status. */
export function refusalOf(status: number, answer: Uint8Array): WindfallError {
  try {
    return fromProblem(status, JSON.parse(new TextDecoder().decode(answer)))
  } catch {
    return fromProblem(status, null)
  }
}

/** A contract's calls over HTTP. Errors: `not-found` for what does not travel over HTTP, and what `exchange` rejects with. */
export function contractTransport(contract: Contract, origin: string, exchange: Exchange): Transport {
  return {
    async invoke(name, input) {
      const declared = Object.hasOwn(contract, name) ? (contract[name] as Call) : undefined
      if (!declared?.http) throw new WindfallError('not-found', `There is no call named “${name}” over HTTP.`)
      const { http } = declared
      return readJson(await exchange(bindCall(http, (input ?? {}) as Record<string, unknown>), { name, http }), origin)
    },
    subscribe: () => {
      throw new WindfallError('not-found', 'Events do not travel over plain HTTP.')
    },
  }
}
