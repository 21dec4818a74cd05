import type { Server } from '../../shared/contract/define.ts'
import type { shellContract } from '../../shared/contract/shell.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'

interface Allowance {
  /** So many at once. */
  readonly most: number
  readonly perSecond: number
}

/** What does something to the machine outside the window: far more than any owner clicks, far less than a page can ask for. */
const ALLOWANCES: Readonly<Partial<Record<keyof typeof shellContract, Allowance>>> = {
  changeShell: { most: 20, perSecond: 2 },
  showSample: { most: 5, perSecond: 0.5 },
  checkForUpdate: { most: 3, perSecond: 0.1 },
  installUpdate: { most: 3, perSecond: 0.1 },
  startAgent: { most: 5, perSecond: 0.2 },
  showLogs: { most: 3, perSecond: 0.2 },
}

/** The server behind a token bucket for each of its calls that has an allowance: a page that was taken over cannot flood the machine. Error: `rate.limited`. */
export function limitCalls(server: Server<undefined>, clock: Pick<Clock, 'monotonic'>): Server<undefined> {
  const takers = new Map(Object.entries(ALLOWANCES).map(([name, allowance]) => [name, createBucket(allowance, clock)]))
  return {
    async dispatch(name, input, context) {
      if (takers.get(name)?.() === false) throw new WindfallError('rate.limited', 'The window asked for this too often. Try again in a moment.')
      return server.dispatch(name, input, context)
    },
  }
}

/** Takes one token; `false` if there is none. */
function createBucket({ most, perSecond }: Allowance, clock: Pick<Clock, 'monotonic'>): () => boolean {
  let [tokens, at] = [most, clock.monotonic()]
  return () => {
    const now = clock.monotonic()
    tokens = Math.min(most, tokens + ((now - at) / 1_000) * perSecond)
    at = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
