import { messageOf, WindfallError } from '../../../shared/errors.ts'
import { readCapped } from '../../kernel/read-capped.ts'

export type Fetch = typeof globalThis.fetch

const TIMEOUT_MS = 10_000
const MAX_BYTES = 4 * 1_048_576

export interface JsonRequest {
  readonly url: string
  /** Sent as JSON by POST; GET without it. */
  readonly body?: unknown
  /** What the failure is called if no usable answer comes. */
  readonly code: 'unavailable' | 'chain.unavailable'
}

async function readText(response: Response): Promise<string> {
  const body = await readCapped(response.body ?? [], MAX_BYTES)
  if (!body) throw new Error('the answer is too long')
  return body.toString('utf8')
}

/** One JSON answer, at most 4 MiB within 10 s. Errors: `input.invalid` if the address is none, else `request.code`. */
export async function fetchJson(fetch: Fetch, { url, body, code }: JsonRequest): Promise<unknown> {
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new WindfallError('input.invalid', `“${url}” is not a web address. It must start with http:// or https://.`)
  const post = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  try {
    const response = await fetch(url, { ...post, signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    return JSON.parse(await readText(response))
  } catch (error) {
    throw new WindfallError(code, `${new URL(url).host} did not give a usable answer (${messageOf(error)}). Try again, or check without it.`, { cause: error })
  }
}
