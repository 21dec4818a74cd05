import { AGENT_DEFAULTS, parseAgentConfig } from '../../main/agent/config.ts'
import { type RunningAgent, startAgent } from '../../main/agent/agent.ts'
import { thisNode } from '../../main/agent/jobs/sandbox-program.ts'
import { launchNodeChild } from '../../main/kernel/child.ts'
import { systemClock } from '../../main/kernel/clock.ts'
import { announce } from '../../main/kernel/instance-file.ts'
import { holdDirectory } from '../../main/kernel/instance-lock.ts'
import { createLogger } from '../../main/kernel/log.ts'
import { createFileVault } from '../../main/kernel/secret-vault.ts'

/** The real agent of this machine on a data directory, held and announced as a running one does. It knows no coordinator. */
export async function startRealAgent(dataDirectory: string): Promise<{ readonly agent: RunningAgent; readonly stop: () => Promise<void> }> {
  const lock = holdDirectory(dataDirectory, 'agent')
  const stop = new AbortController()
  const config = parseAgentConfig({ ...AGENT_DEFAULTS, dataDirectory })
  const ports = {
    clock: systemClock,
    log: createLogger('agent', 'silent'),
    environment: process.env,
    vault: createFileVault(dataDirectory),
    launch: launchNodeChild,
    sandbox: thisNode(),
  }
  const agent = await startAgent(config, ports, stop.signal)
  announce(dataDirectory, { agent: { url: agent.url, token: agent.token } })
  return {
    agent,
    stop: () => {
      stop.abort()
      return agent.closed.finally(() => lock[Symbol.dispose]())
    },
  }
}
