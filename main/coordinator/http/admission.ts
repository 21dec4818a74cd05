import type { FastifyReply, FastifyRequest } from 'fastify'
import { hash } from 'node:crypto'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { createRecent } from '../../kernel/recent.ts'
import type { Checked } from './access.ts'
import type { Limits } from './limits.ts'
import { createRateLimit, networkOf } from './rate-limit.ts'
import { createRoom } from './room.ts'

/** What the calls that take the most work take from what a caller may ask; all others take one. */
const COSTS: Readonly<Record<string, number>> = { planJob: 5, submitArray: 20 }
const costOf = ({ routeOptions }: FastifyRequest): number => COSTS[routeOptions.config.call ?? ''] ?? 1

/** How soon one that found no room may come again, seconds: by then most of what was under way is done. */
export const FULL_S = 2
/** Right keys that are remembered, by their hashes. */
const MOST_PROVEN = 10_000

/** Error: `rate.limited`, with `Retry-After`, unless `waitS` is 0. */
export function refuseIfBusy(reply: FastifyReply, waitS: number): void {
  if (waitS === 0) return
  reply.header('retry-after', String(waitS))
  throw new WindfallError('rate.limited', `Too many requests. Try again in ${waitS} s.`)
}

type AdmissionLimits = Pick<Limits, 'network' | 'caller' | 'public' | 'named' | 'guesses' | 'underway'>

export interface Admission {
  /** Before anything that a request says is looked at. Error: `rate.limited`. */
  readonly arrive: (request: FastifyRequest, reply: FastifyReply) => void
  /** Makes out who asks, for a call that names somebody. Errors: `rate.limited`, and what `check` throws. */
  readonly name: (request: FastifyRequest, reply: FastifyReply, check: () => Promise<Checked>) => Promise<Checked>
  /** A call that names nobody; one that brings something may bring a guess at a token. Error: `rate.limited`. */
  readonly anybody: (request: FastifyRequest, reply: FastifyReply) => void
  /** Somebody was refused that named nobody. */
  readonly refused: (request: FastifyRequest) => void
}

const callerOf = ({ caller }: Checked): string | null => {
  if (caller.kind === 'public') return null
  return caller.kind === 'node' ? caller.nodeId : (caller.account ?? caller.by)
}

const credentialOf = ({ headers }: FastifyRequest): string | null => {
  const secret = headers.authorization ?? headers.cookie
  return secret === undefined ? null : hash('sha256', secret)
}

const isRefusal = (error: unknown): boolean => error instanceof WindfallError && error.code === 'auth.refused'

/** Lets in as much as the limits say, and answers the rest before its body is read. One caller, one network or one kind of call never takes all the room. */
export function createAdmission(clock: Pick<Clock, 'monotonic'>, limits: AdmissionLimits): Admission {
  const byNetwork = createRateLimit(clock, limits.network)
  const byCaller = createRateLimit(clock, limits.caller)
  const [open, named] = [createRateLimit(clock, limits.public), createRateLimit(clock, limits.named)]
  const guesses = createRateLimit(clock, limits.guesses)
  const underway = createRoom(limits.underway)
  const places = new WeakMap<FastifyRequest, () => void>()
  const proven = createRecent<true>(MOST_PROVEN)
  return {
    arrive(request, reply) {
      const network = networkOf(request.ip)
      refuseIfBusy(reply, byNetwork(network))
      const leave = underway(network)
      if (!leave) return refuseIfBusy(reply, FULL_S)
      places.set(request, leave)
      reply.raw.once('close', leave)
    },
    async name(request, reply, check) {
      const network = networkOf(request.ip)
      const credential = credentialOf(request)
      // Before it takes anything from those who name themselves: one who brings nothing, and a network that has guessed too often.
      if (credential !== null && !proven.get(credential)) refuseIfBusy(reply, guesses(network, 0))
      refuseIfBusy(reply, credential === null && request.headers['signature'] === undefined ? open('') : named(''))
      try {
        const checked = await check()
        if (credential !== null) proven.set(credential, true)
        refuseIfBusy(reply, byCaller(callerOf(checked) ?? '', costOf(request)))
        if (request.routeOptions.config.isLine) places.get(request)?.()
        return checked
      } catch (error) {
        // A signature cannot be guessed, and a whole fleet may have the wrong time.
        if (credential !== null && isRefusal(error)) guesses(network)
        throw error
      }
    },
    anybody(request, reply) {
      if (!request.routeOptions.config.isProbe) refuseIfBusy(reply, open(''))
      if (request.method !== 'GET') refuseIfBusy(reply, guesses(networkOf(request.ip), 0))
    },
    refused: (request) => void guesses(networkOf(request.ip)),
  }
}
