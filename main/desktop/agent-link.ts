import type { Server } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { EventSource } from '../agent/http/serve.ts'

/** The agent as the shell sees it, wherever it runs. */
export interface AgentLink {
  readonly server: Server<undefined>
  readonly events: EventSource
  /** Does the agent end with this program? */
  readonly agentIsHere: boolean
  /** Ends the link, and the agent if it is ours. */
  readonly stop: () => Promise<void>
}

/** Starts an agent on a data directory. Error: `instance.running` when another process holds the directory. */
export type StartAgent = (dataDirectory: string) => Promise<Omit<AgentLink, 'agentIsHere'>>

/** The agent of this data directory: our own if nobody else runs one, else the one that runs. */
export async function linkAgent(dataDirectory: string, { start, attach }: { start: StartAgent; attach: () => AgentLink }): Promise<AgentLink> {
  try {
    return { ...(await start(dataDirectory)), agentIsHere: true }
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'instance.running') return attach()
    throw error
  }
}
