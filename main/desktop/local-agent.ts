import type { AgentConfig } from '../agent/config.ts'
import type { AgentPorts, RunningAgent } from '../agent/agent.ts'
import { readAgentConfig } from '../agent/read-config.ts'
import { announce, withdrawAgent } from '../kernel/instance-file.ts'
import { holdDirectory } from '../kernel/instance-lock.ts'
import type { StartAgent } from './agent-link.ts'

export interface LocalAgentDeps {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly openPorts: (config: AgentConfig) => Promise<AgentPorts>
  /** Called once the agent runs; what it does ends with the signal. */
  readonly accompany: (agent: RunningAgent, signal: AbortSignal) => void
  /** A part of the agent failed while it ran; everything has been released. */
  readonly onFailed: (error: unknown) => void
}

/** Runs the agent of a data directory in this process, as `windfall agent` does: it holds the directory and announces itself there. */
export const createLocalAgent =
  (deps: LocalAgentDeps): StartAgent =>
  async (dataDirectory) => {
    using held = new DisposableStack()
    held.use(holdDirectory(dataDirectory, 'agent'))
    const stop = new AbortController()
    held.defer(() => stop.abort())
    const agent = await start(deps, dataDirectory, stop.signal)
    announce(dataDirectory, { agent: { url: agent.url, token: agent.token } })
    held.defer(() => withdrawAgent(dataDirectory))
    deps.accompany(agent, stop.signal)
    const release = held.move()
    const closed = agent.closed.finally(() => release.dispose()).catch(deps.onFailed)
    const end = () => (stop.abort(), closed)
    return { server: agent.server, events: agent.events, stop: end }
  }

async function start({ environment, openPorts }: LocalAgentDeps, dataDirectory: string, signal: AbortSignal): Promise<RunningAgent> {
  const config = readAgentConfig({ dataDirectory, environment, granted: { askFirst: true } })
  const ports = await openPorts(config)
  // Most of this program's code; a window that only attaches does without.
  const { startAgent } = await import('../agent/agent.ts')
  return startAgent(config, ports, signal)
}
