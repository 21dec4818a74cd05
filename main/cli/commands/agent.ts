import type { Command } from 'commander'
import { parse } from '../../../shared/contract/define.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { startAgent } from '../../agent/agent.ts'
import { type AgentConfig, parseAgentConfig } from '../../agent/config.ts'
import { CarbonRule } from '../../agent/grid/gate.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createLogger } from '../../kernel/log.ts'
import { build } from '../build.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, logLevelOption, port, requireHttp } from '../command.ts'
import { announce } from '../instance.ts'
import { holdDirectory, stopOnSignals } from '../running.ts'
import { readSettings } from '../settings.ts'
import { openTestWallet } from '../test-funds.ts'

export interface AgentOptions extends CommonOptions {
  readonly zone?: string
  readonly payoutAddress?: string
  readonly dedicated?: boolean
  readonly gate?: string
  readonly port?: number
  readonly logLevel?: string
}

/** The options that describe a node, shared by `agent` and `up`. */
export const agentOptions = (command: Command): Command =>
  command
    .option('--zone <zone>', 'grid zone of this machine, e.g. GB-13, DE, US-CAL-CISO')
    .option('--payout-address <address>', 'Solana address that is paid')
    .option('--dedicated', 'nobody sits at this machine: run whenever the grid allows')
    .option('--gate <rule>', 'when the grid is green enough: planned, always, below:GRAMS or percentile:N')
    .option('--port <port>', 'loopback port of the window (default: a free one)', port)
    .addOption(logLevelOption())

/** `below:200` → an absolute rule, and so on. Error: `input.invalid`. */
export function parseGate(text: string): CarbonRule {
  if (text === 'planned' || text === 'always') return { kind: text }
  const [, kind, value] = /^(below|percentile):(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (kind === 'below') return parse(CarbonRule, { kind: 'absolute', maxGPerKWh: Number(value) }, 'rule for --gate')
  if (kind === 'percentile') return parse(CarbonRule, { kind: 'percentile', percentile: Number(value) }, 'rule for --gate')
  throw new WindfallError('input.invalid', `“${text}” is not a rule for --gate. Use planned, always, below:200 or percentile:30.`)
}

/** What a command takes for granted, then the settings file, then environment and command line; the last one wins. Error: `config.invalid`. */
export function agentConfig(options: AgentOptions, granted: Pick<Partial<AgentConfig>, 'policy'> = {}): AgentConfig {
  const dataDirectory = dataDirectoryOf(options)
  const given = {
    coordinatorUrl: options.coordinator ?? process.env['WINDFALL_COORDINATOR'],
    zone: options.zone,
    payoutAddress: options.payoutAddress,
    gate: options.gate === undefined ? undefined : parseGate(options.gate),
    port: options.port,
    logLevel: options.logLevel,
  }
  const settings = readSettings(dataDirectory).agent
  const policy = { ...granted.policy, ...(settings['policy'] as object | undefined), ...(options.dedicated ? { dedicated: true } : {}) }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return parseAgentConfig({ ...settings, ...known, policy, dataDirectory })
}

/** A wallet of this data directory takes the place of an address from the settings file. */
async function payoutTo(config: AgentConfig, { testWallet, payoutAddress }: AgentOptions & { testWallet?: string }): Promise<AgentConfig> {
  if (testWallet === undefined || payoutAddress !== undefined) return config
  requireHttp(testWallet, '--test-wallet')
  return { ...config, payoutAddress: await openTestWallet(config.dataDirectory, testWallet) }
}

/** `windfall agent`: the headless engine of one machine. */
export const agentCommand = (): Command =>
  action<AgentOptions & { testWallet?: string }>(
    agentOptions(createCommand('agent', 'run the agent of this machine, without a coordinator of its own'))
      .option('--coordinator <url>', 'the coordinator to work for')
      .option('--test-wallet <rpc>', 'be paid into a wallet of this data directory, opened on the test chain at this RPC address'),
    async (options, output) => {
      const dataDirectory = dataDirectoryOf(options)
      using _lock = holdDirectory(dataDirectory, 'agent')
      const config = await payoutTo(agentConfig(options), options)
      using stop = stopOnSignals(output.progress)
      await build({ only: ['renderer'] }, output.progress)
      const agent = await startAgent(config, { clock: systemClock, log: createLogger('agent', config.logLevel), environment: process.env }, stop.signal)
      announce(dataDirectory, { agent: { url: agent.url, token: agent.token } })
      output.answer({ nodeId: agent.nodeId, url: agent.url, zone: config.zone, payoutAddress: config.payoutAddress }, () => [
        `Node ${agent.nodeId} in ${config.zone}`,
        `Window: ${agent.url}/#token=${agent.token}`,
      ])
      await agent.closed
    },
  )
