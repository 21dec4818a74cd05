import { Command } from 'commander'
import type { AgentConfig } from '../../agent/config.ts'
import { readInstance } from '../../kernel/instance-file.ts'
import { holdDirectory } from '../../kernel/instance-lock.ts'
import { readSettings } from '../../kernel/settings-file.ts'
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

/** The coordinator that `windfall coordinator` or `windfall up` last ran on this data directory, unless the owner named another, or none. */
function atFoundCoordinator(config: AgentConfig, options: RunOptions): AgentConfig {
  const isNamed = options.coordinator !== undefined || process.env['WINDFALL_COORDINATOR'] !== undefined
  if (isNamed || 'coordinatorUrl' in readSettings(config.dataDirectory).agent) return config
  return { ...config, coordinatorUrl: readInstance(config.dataDirectory)?.coordinator?.url ?? null }
}

/** What the agent runs with: what was said, or else what is found in its data directory. Errors: `config.invalid`, `input.invalid`. */
export const runConfig = (options: RunOptions): AgentConfig => atFoundCoordinator(agentConfig(options), options)

/** Nothing is written into a directory that another agent holds. */
async function configHeld(options: RunOptions): Promise<AgentConfig> {
  using _lock = holdDirectory(dataDirectoryOf(options), 'agent')
  return payoutTo(runConfig(options), options)
}

const run = () =>
  action<RunOptions>(
    agentOptions(createCommand('run', 'run the agent of this machine, without a coordinator of its own; what “windfall agent” does by itself'))
      .option('--coordinator <url>', 'the coordinator to work for (or WINDFALL_COORDINATOR, or the settings; default: the one of this data directory)')
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
