import { AGENT_DEFAULTS, parseAgentConfig } from '../../main/agent/config.ts'
import { type RunningAgent, startAgent } from '../../main/agent/agent.ts'
import { announce } from '../../main/cli/instance.ts'
import { systemClock } from '../../main/kernel/clock.ts'
import { createLogger } from '../../main/kernel/log.ts'

/** The real agent of this machine on a data directory, announced as a running one announces itself. It knows no coordinator. */
export async function startRealAgent(dataDirectory: string): Promise<{ readonly agent: RunningAgent; readonly stop: () => Promise<void> }> {
  const stop = new AbortController()
  const config = parseAgentConfig({ ...AGENT_DEFAULTS, dataDirectory })
  const agent = await startAgent(config, { clock: systemClock, log: createLogger('agent', 'silent'), environment: process.env }, stop.signal)
  announce(dataDirectory, { agent: { url: agent.url, token: agent.token } })
  return {
    agent,
    stop: () => {
      stop.abort()
      return agent.closed
    },
  }
}
