import { type AgentPorts, startAgent } from '../agent/agent.ts'
import { thisNode } from '../agent/jobs/sandbox-program.ts'
import type { AgentConfig } from '../agent/config.ts'
import { type LaunchChild, launchNodeChild } from '../kernel/child.ts'
import { systemClock } from '../kernel/clock.ts'
import { announce } from '../kernel/instance-file.ts'
import { holdDirectory } from '../kernel/instance-lock.ts'
import { createLogger } from '../kernel/log.ts'
import { createRecentLog } from '../kernel/recent-log.ts'
import { createFileVault } from '../kernel/secret-vault.ts'
import type { Output } from './output.ts'
import { stopOnSignals } from './running.ts'

/** What an agent without a desktop works with: no keychain, and children on this very Node. */
export const headlessPorts = ({ dataDirectory, logLevel }: AgentConfig, launch: LaunchChild = launchNodeChild): AgentPorts => {
  const recentLog = createRecentLog()
  return {
    clock: systemClock,
    log: createLogger('agent', logLevel, [], recentLog),
    recentLog,
    environment: process.env,
    vault: createFileVault(dataDirectory),
    launch,
    sandbox: thisNode(),
    // Loaded by those who ask for it.
    diagnose: async (...asked) => (await import('../doctor/own-machine.ts')).examineOwnMachine({ startsNode: true, sandbox: thisNode() })(...asked),
  }
}

/** Runs the agent of this machine until it is told to stop. Errors: `instance.running`, and what starting it throws. */
export async function runHeadlessAgent(config: AgentConfig, output: Output, launch?: LaunchChild): Promise<void> {
  const { dataDirectory } = config
  using _lock = holdDirectory(dataDirectory, 'agent')
  using stop = stopOnSignals(output.progress)
  const agent = await startAgent(config, headlessPorts(config, launch), stop.signal)
  announce(dataDirectory, { agent: { url: agent.url, token: agent.token } })
  output.answer({ nodeId: agent.nodeId, url: agent.url, zone: config.zone, payoutAddress: config.payoutAddress }, () => [
    `Node ${agent.nodeId} in ${config.zone}`,
    `Window: ${agent.url}/#token=${agent.token}`,
  ])
  await agent.closed
}
