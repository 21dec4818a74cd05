import type { FastifyRequest } from 'fastify'
import type { Access } from '../../../shared/contract/define.ts'
import { PERMISSIONS, type Permission, type Principal, grantsOf } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Caller } from './parts.ts'
import { createRateLimit, networkOf } from './rate-limit.ts'

/** Who asks for what, for the log of acts. */
interface Asked {
  readonly call: string
  readonly actor: string
  readonly credential: string | null
  readonly network: string
  readonly input: unknown
}

/** The log of acts, as the border writes to it. */
export interface ActLog {
  /** Does what was asked and leaves one entry that says so. */
  readonly perform: <T>(asked: Asked, act: () => Promise<T>) => Promise<T>
  /** Leaves an entry for what was refused before it began. */
  readonly refused: (asked: Asked, error: unknown) => Promise<void>
}

export interface ActBorder {
  /** Does what a call asks, with an entry in the log of acts if it is one. */
  readonly perform: <T>(
    asked: { readonly call: string; readonly request: FastifyRequest; readonly caller: Caller; readonly input: unknown },
    act: () => Promise<T>,
  ) => Promise<T>
  /** Notes who was refused what only few may do. */
  readonly refused: (request: FastifyRequest, error: unknown) => Promise<void>
}

/** What everybody may do with their own jobs and money is no act, but keys let somebody in, and persons are what the log is for. */
const ALWAYS: readonly Permission[] = ['keys.write', 'persons.read', 'persons.write']
const EVERYBODYS = grantsOf(['requester'])
const ACTS: ReadonlySet<Access> = new Set(
  PERMISSIONS.filter((name) => ALWAYS.includes(name) || (/\.(?:write|approve)$/.test(name) && EVERYBODYS[name] === undefined)),
)

/** Whether a call is one by which somebody runs the coordinator, changes what belongs to others, or lets others in. */
export const isAct = (access: Access): boolean => ACTS.has(access)

/** Those who are refused over and over leave no more than this. */
const REFUSALS = { perSecond: 0.1, burst: 10 }
const ALL_REFUSALS = { perSecond: 1, burst: 60 }

/** Whom a request turned out to be from although it was refused. */
const known = new WeakMap<FastifyRequest, Principal>()
export const noteKnown = (request: FastifyRequest, principal: Principal): void => void known.set(request, principal)

const actorOf = ({ kind, by }: Principal): string => (kind === 'member' ? by : `requester:${by}`)
const coarse = (address: string): string => (address.includes('.') ? `${networkOf(address)}.0/24` : `${networkOf(address)}::/48`)

function askedBy(request: FastifyRequest, call: string, principal: Principal | undefined): Omit<Asked, 'input'> {
  return { call, actor: principal ? actorOf(principal) : 'nobody', credential: principal?.credential ?? null, network: coarse(request.ip) }
}

/** Puts every act, and every refused attempt at one, into the log of acts. */
export function createActBorder(acts: ActLog, clock: Pick<Clock, 'monotonic'>): ActBorder {
  const [byNetwork, byAll] = [createRateLimit(clock, REFUSALS), createRateLimit(clock, ALL_REFUSALS)]
  let leftOut = 0
  return {
    perform({ call, request, caller, input }, act) {
      if (caller.kind === 'public' || caller.kind === 'node' || !isAct(request.routeOptions.config.access ?? 'public')) return act()
      return acts.perform({ ...askedBy(request, call, caller), input }, act)
    },
    async refused(request, error) {
      const { access = 'public', call } = request.routeOptions.config
      if (call === undefined || !isAct(access) || !(error instanceof WindfallError) || !error.code.startsWith('auth.')) return
      // What was let in has its entry already.
      if (request.checked !== null) return
      if (byNetwork(networkOf(request.ip)) > 0 || byAll('') > 0) return void (leftOut += 1)
      const others = leftOut
      leftOut = 0
      const input = { ...(request.params as object), ...(others > 0 ? { leftOut: others } : {}) }
      await acts.refused({ ...askedBy(request, call, known.get(request)), input }, error)
    },
  }
}
