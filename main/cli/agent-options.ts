import { type Command, Option } from 'commander'
import { parse } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { AgentConfig } from '../agent/config.ts'
import { CarbonRule } from '../agent/grid/gate.ts'
import { readAgentConfig } from '../agent/read-config.ts'
import { type CommonOptions, dataDirectoryOf, logLevelOption, port } from './command.ts'

export interface AgentOptions extends CommonOptions {
  readonly zone?: string
  readonly payoutAddress?: string
  readonly dedicated?: boolean
  readonly gate?: string
  readonly signer?: 'software' | 'tpm'
  readonly port?: number
  readonly logLevel?: string
}

/** The options that describe a node, shared by `agent run`, `agent install` and `up`. */
export const agentOptions = (command: Command): Command =>
  command
    .option('--zone <zone>', 'grid zone of this machine, e.g. GB-13, DE, US-CAL-CISO')
    .option('--payout-address <address>', 'Solana address that is paid')
    .option('--dedicated', 'nobody sits at this machine: run whenever the grid allows')
    .option('--gate <rule>', 'when the grid is green enough: planned, always, below:GRAMS or percentile:N')
    .addOption(new Option('--signer <kind>', 'where the key of a new node lives: a file or keychain, or the TPM of this machine').choices(['software', 'tpm']))
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
export const agentConfig = (options: AgentOptions, granted: Pick<Partial<AgentConfig>, 'policy'> = {}): AgentConfig =>
  readAgentConfig({
    dataDirectory: dataDirectoryOf(options),
    environment: process.env,
    granted,
    given: {
      coordinatorUrl: options.coordinator,
      zone: options.zone,
      payoutAddress: options.payoutAddress,
      gate: options.gate === undefined ? undefined : parseGate(options.gate),
      signer: options.signer,
      port: options.port,
      logLevel: options.logLevel,
      policy: options.dedicated ? { dedicated: true } : undefined,
    },
  })

/** The options as they would be typed again; `--data` and `--coordinator` are the caller's. */
export const typedOptions = ({ zone, payoutAddress, dedicated, gate, signer, port: at, logLevel }: AgentOptions): string[] => [
  ...Object.entries({ '--zone': zone, '--payout-address': payoutAddress, '--gate': gate, '--signer': signer, '--port': at, '--log-level': logLevel }).flatMap(
    ([name, value]) => (value === undefined ? [] : [name, String(value)]),
  ),
  ...(dedicated ? ['--dedicated'] : []),
]
