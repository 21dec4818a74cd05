import { AgentStatus } from '../../../shared/contract/agent.ts'
import type { AgentLink } from '../agent-link.ts'

export interface WorkState {
  /** Jobs that run now. */
  readonly running: number
  /** No other one starts until the owner, or whoever asked for it, has the agent go on. */
  readonly held: boolean
  /** The end of a pause that ends by itself, as a UTC time; `null` without one. */
  readonly pausedUntil: string | null
}

/** What an update has to know of the jobs on this machine, and may ask for. */
export interface Work {
  /** Rejects while the agent does not answer: nobody knows then whether a job runs. */
  readonly read: () => Promise<WorkState>
  /** The jobs that run may end; no other one starts. */
  readonly finish: () => Promise<void>
  /** Goes on, or pauses until then, where a pause of the owner's was given up for `finish`. */
  readonly giveBack: (pausedUntil: string | null) => Promise<void>
  /** Calls back when `read` may say something else. Returns the function that ends it. */
  readonly subscribe: (changed: () => void) => () => void
}

/** An agent that another program runs goes on while this one is replaced. */
const ELSEWHERE: Work = {
  read: async () => ({ running: 0, held: true, pausedUntil: null }),
  finish: async () => undefined,
  giveBack: async () => undefined,
  subscribe: () => () => undefined,
}

type Link = Pick<AgentLink, 'server' | 'events' | 'agentIsHere'>

/** The jobs of an agent, which are in nobody's way if it is not the one of this program. */
export function workOf({ server, events, agentIsHere }: Link): Work {
  if (!agentIsHere) return ELSEWHERE
  const ask = async (call: 'getStatus' | 'finish' | 'resume' | 'pause', input = {}) => AgentStatus.parse(await server.dispatch(call, input, undefined))
  return {
    read: async () => {
      const { running, finishing, reasons, policy, pausedUntil } = await ask('getStatus')
      const busy = running.length > 0 || policy === 'running' || policy === 'yielding'
      // A pause that ends by itself would let a job start in the middle of an update.
      const waitsForOwner = reasons.some(({ code, until }) => code === 'consent' || (code === 'user' && until === null))
      return { running: busy ? Math.max(1, running.length) : 0, held: finishing || waitsForOwner, pausedUntil }
    },
    finish: async () => void (await ask('finish')),
    giveBack: async (pausedUntil) => void (await (pausedUntil === null ? ask('resume') : ask('pause', { until: pausedUntil }))),
    subscribe: (changed) => events.subscribe((event) => event === 'changed' && changed()),
  }
}
