import { MAX_RELEASE_BYTES } from '../../../shared/domain/release-manifest.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { FetchLike } from '../../kernel/http-exchange.ts'
import { readCapped } from '../../kernel/read-capped.ts'
import type { FetchFailure } from './failures.ts'
import { askOrigin } from './origin.ts'

/** For the whole answer, however it dribbles. */
const TIMEOUT_MS = 30_000

export interface Asking {
  readonly fetch: FetchLike
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The release file of a channel, as it is served at `<address>/<channel>.json`; nothing in it has been checked. Never rejects. */
export async function fetchRelease(url: URL, { fetch, clock, signal }: Asking): Promise<Uint8Array | FetchFailure> {
  const { host } = url
  const timeout = new AbortController()
  const finished = new AbortController()
  const timer = clock.sleep(TIMEOUT_MS, finished.signal).then((expired) => expired && timeout.abort())
  try {
    const response = await askOrigin(fetch, { url, signal: AbortSignal.any([signal, timeout.signal]) })
    if (!(response instanceof Response)) return timeout.signal.aborted ? { why: 'slow', host } : response
    if (response.status !== 200) return { why: 'status', host, status: response.status }
    return (await readCapped(response.body ?? [], MAX_RELEASE_BYTES)) ?? { why: 'too-large', host }
  } catch {
    return timeout.signal.aborted ? { why: 'slow', host } : { why: 'unreachable', host }
  } finally {
    finished.abort()
    await timer
  }
}
