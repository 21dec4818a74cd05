import { agentContract } from '../../shared/contract/agent.ts'
import { AGENT_EVENTS } from '../../shared/contract/bridge.ts'
import { forward } from '../../shared/contract/define.ts'
import { type WindfallError, messageOf } from '../../shared/errors.ts'
import type { Clock } from '../kernel/clock.ts'
import type { AgentAddress } from '../kernel/instance-file.ts'
import type { Logger } from '../kernel/log.ts'
import type { AgentLink } from './agent-link.ts'
import { type RpcClient, notRunning, openRpc } from './rpc-client.ts'

export interface Attachment {
  /** Read anew before every attempt: a restarted agent has another port and another token. */
  readonly discover: () => AgentAddress | null
  readonly clock: Pick<Clock, 'sleep'>
  readonly log: Pick<Logger, 'info'>
  /** Why there is no agent to ask, as the window says it. */
  readonly missing?: () => WindfallError
}

type Listener = (event: string, payload: unknown) => void

const RETRY_MS = 2_000
/** Sent by the shell itself when the link comes or goes: everything the window shows may be different now. */
const EVERYTHING = { seq: 0, what: ['status', 'jobs', 'receipts', 'payouts', 'grid', 'money'] } as const

/** A link to the agent that runs in another process. It finds the agent, loses it and finds it again by itself. */
export function attachToAgent({ discover, clock, log, missing = notRunning }: Attachment): AgentLink {
  const listeners = new Set<Listener>()
  const tell: Listener = (event, payload) => listeners.forEach((listener) => listener(event, payload))
  const stop = new AbortController()
  const tried = Promise.withResolvers<void>()
  let client: RpcClient | null = null
  const setClient = (next: RpcClient | null) => {
    client = next
    tried.resolve()
    tell('changed', EVERYTHING)
  }
  const running = keepAttached({ connect: () => connectOnce(discover, tell), setClient, missed: tried.resolve, clock, log }, stop.signal)
  return {
    server: forward(agentContract, async (name, input) => {
      // A window that asks before the first attempt has ended gets its answer.
      await tried.promise
      return client?.invoke(name, input) ?? Promise.reject(missing())
    }),
    events: { subscribe: (listener) => (listeners.add(listener), () => void listeners.delete(listener)) },
    agentIsHere: false,
    stop: () => {
      stop.abort()
      client?.close()
      return running
    },
  }
}

interface Keeping extends Pick<Attachment, 'clock' | 'log'> {
  readonly connect: () => Promise<RpcClient | null>
  readonly setClient: (client: RpcClient | null) => void
  /** There was nobody to connect to. */
  readonly missed: () => void
}

async function keepAttached({ connect, setClient, missed, clock, log }: Keeping, signal: AbortSignal): Promise<void> {
  do {
    const client = await connect().catch((error: unknown) => (log.info({ reason: messageOf(error) }, 'the agent does not answer'), null))
    if (client === null) {
      missed()
      continue
    }
    if (signal.aborted) return client.close()
    setClient(client)
    await client.closed
    setClient(null)
  } while (await clock.sleep(RETRY_MS, signal))
}

async function connectOnce(discover: Attachment['discover'], tell: Listener): Promise<RpcClient | null> {
  const found = discover()
  return found === null ? null : openRpc(found, (event, payload) => relay(event, payload, tell))
}

/** The agent is another process: what it says is checked before a window hears it. */
function relay(event: string, payload: unknown, tell: Listener): void {
  const name = AGENT_EVENTS.find((known) => known === event)
  const checked = name && agentContract[name].payload.safeParse(payload)
  if (checked?.success) tell(event, checked.data)
}
