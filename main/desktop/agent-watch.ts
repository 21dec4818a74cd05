import { type AgentStatus, agentContract } from '../../shared/contract/agent.ts'
import { type Client, connect } from '../../shared/contract/define.ts'
import type { AgentLink } from './agent-link.ts'

/** The agent as the shell itself asks it. */
export type AgentClient = Pick<Client<typeof agentContract>, 'call'>

export const askAgent = ({ server }: Pick<AgentLink, 'server'>): AgentClient =>
  connect(agentContract, { invoke: (name, input) => server.dispatch(name, input, undefined), subscribe: () => () => {} })

type What = 'payouts' | 'money'

export interface AgentWatch {
  /** The newest status; `null` while the agent does not answer. */
  readonly status: () => AgentStatus | null
  /** Asks again, because something may be different. */
  readonly refresh: () => Promise<void>
  /** Calls back with each status that was read, and with which other things may have changed. */
  readonly subscribe: (listener: (status: AgentStatus | null, what: ReadonlySet<What>) => void) => void
}

/** Keeps the agent's status for everything in the shell that shows it or acts on it: it is asked once for each change. */
export function watchAgent({ events }: Pick<AgentLink, 'events'>, agent: AgentClient): AgentWatch {
  const listeners = new Set<Parameters<AgentWatch['subscribe']>[0]>()
  let status: AgentStatus | null = null
  let turn = 0
  const what = new Set<What>(WHAT)
  const refresh = async (): Promise<void> => {
    const mine = ++turn
    const next = await agent.call('getStatus', {}).catch(() => null)
    if (mine !== turn) return
    status = next
    const told = new Set(what)
    what.clear()
    for (const listener of listeners) listener(status, told)
  }
  events.subscribe((event, payload) => {
    if (event !== 'changed') return
    for (const part of concerned(payload)) what.add(part)
    void refresh()
  })
  return { status: () => status, refresh, subscribe: (listener) => void listeners.add(listener) }
}

const WHAT: readonly What[] = ['payouts', 'money']

function concerned(payload: unknown): readonly What[] {
  const changed = agentContract.changed.payload.safeParse(payload)
  return WHAT.filter((part) => changed.data?.what.includes(part))
}
