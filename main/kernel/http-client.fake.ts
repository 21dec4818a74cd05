import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from './clock.ts'
import type { HttpClient } from './http-client.ts'
import { sha256Hex } from './signing.ts'

interface FakeHttpClient extends HttpClient {
  /** Every address asked for, in order. */
  readonly requests: string[]
  /** From now on every request gets this status and JSON body; `null` means that nothing answers. */
  readonly answer: (reply: ((url: string) => unknown) | null, status?: number) => void
}

/** An {@link HttpClient} without a network: nothing answers until a test says so. */
export function createFakeHttpClient(clock: Pick<Clock, 'now'>): FakeHttpClient {
  const requests: string[] = []
  let reply: ((url: string) => unknown) | null = null
  let status = 200
  return {
    requests,
    answer(next, nextStatus = 200) {
      reply = next
      status = nextStatus
    },
    async get({ url, signal }) {
      signal.throwIfAborted()
      requests.push(url)
      await Promise.resolve()
      if (!reply) throw new WindfallError('unavailable', 'The fake network is down.')
      const body = new TextEncoder().encode(JSON.stringify(reply(url)))
      return { status, body, sha256: sha256Hex(body), receivedAt: clock.now() }
    },
  }
}
