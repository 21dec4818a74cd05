import { Command } from 'commander'
import type { AgentConfig } from '../../agent/config.ts'
import { holdDirectory } from '../../kernel/instance-lock.ts'
import { type AgentOptions, agentConfig, agentOptions } from '../agent-options.ts'
import { buildAgent } from '../agent-parts.ts'
import { becomeAgent } from '../agent-process.ts'
import { isBuilt } from '../build.ts'
import { action, createCommand, dataDirectoryOf, requireHttp } from '../command.ts'
import { runHeadlessAgent } from '../headless-agent.ts'
import { installCommand } from './agent-install.ts'
import { uninstallCommand } from './agent-uninstall.ts'
import { urlCommand } from './agent-url.ts'

type RunOptions = AgentOptions & { readonly testWallet?: string }

/** A wallet of this data directory takes the place of an address from the settings file. */
async function payoutTo(config: AgentConfig, { testWallet, payoutAddress }: RunOptions): Promise<AgentConfig> {
  if (testWallet === undefined || payoutAddress !== undefined) return config
  requireHttp(testWallet, '--test-wallet')
  // It needs the chain, which the agent does not.
  const { openTestWallet } = await import('../test-funds.ts')
  return { ...config, payoutAddress: await openTestWallet(config.dataDirectory, testWallet) }
}

/** Nothing is written into a directory that another agent holds. */
async function configHeld(options: RunOptions): Promise<AgentConfig> {
  using _lock = holdDirectory(dataDirectoryOf(options), 'agent')
  return payoutTo(agentConfig(options), options)
}

const run = () =>
  action<RunOptions>(
    agentOptions(createCommand('run', 'run the agent of this machine, without a coordinator of its own; what “windfall agent” does by itself'))
      .option('--coordinator <url>', 'the coordinator to work for')
      .option('--test-wallet <rpc>', 'be paid into a wallet of this data directory, opened on the test chain at this RPC address'),
    async (options, output) => {
      const config = await configHeld(options)
      await buildAgent(output)
      if (isBuilt(['agent'])) becomeAgent({ config, json: output.json })
      await runHeadlessAgent(config, output)
    },
  )

/** `windfall agent …`: the headless engine of one machine, in this terminal or as a service. */
export const agentCommand = (): Command =>
  new Command('agent')
    .description('the headless agent of this machine: run it here, or as a service')
    .addCommand(run(), { isDefault: true })
    .addCommand(installCommand())
    .addCommand(uninstallCommand())
    .addCommand(urlCommand())
