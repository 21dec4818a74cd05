import { type Command, Option } from 'commander'
import { CarbonRule } from '../../shared/contract/owner-rules.ts'
import { parse } from '../../shared/contract/define.ts'
import { WindfallError } from '../../shared/errors.ts'
import type { AgentConfig } from '../agent/config.ts'
import { readAgentConfig } from '../agent/read-config.ts'
import { type CommonOptions, dataDirectoryOf, logLevelOption, port } from './command.ts'
import { type SolarOptions, parseHours, parseSolar, parseTariff } from './power-options.ts'

export interface AgentOptions extends CommonOptions, SolarOptions {
  readonly zone?: string
  readonly payoutAddress?: string
  readonly enrolmentToken?: string
  readonly dedicated?: boolean
  readonly gate?: string
  readonly hours?: string
  readonly tariff?: string
  readonly exchange?: number
  readonly onlyIfEarning?: boolean
  readonly signer?: 'software' | 'tpm'
  readonly port?: number
  readonly logLevel?: string
}

/** The options that describe a node, shared by `agent run`, `agent install` and `up`. */
export const agentOptions = (command: Command): Command =>
  command
    .option('--zone <zone>', 'grid zone of this machine, e.g. GB-13, DE, US-CAL-CISO')
    .option('--payout-address <address>', 'Solana address that is paid')
    .option(
      '--enrolment-token <secret>',
      'from the operator of a coordinator that lets machines in by token (or WINDFALL_ENROLMENT_TOKEN, or a file that WINDFALL_ENROLMENT_TOKEN_FILE names); needed once',
    )
    .option('--dedicated', 'nobody sits at this machine: run whenever the grid allows')
    .option('--gate <gate>', 'when the grid is green enough: planned, always, below:GRAMS or percentile:N')
    .option('--hours <hours>', 'hours of the week in which jobs may run, by the clock of this machine: always, or mon-fri:22:00-07:00,sat-sun:00:00-00:00')
    .option('--tariff <tariff>', 'what a kWh costs you, in hundredths: GBP:24.5, GBP:28,mon-sun:00:30-05:30=7.5 or GBP:zone for the prices of your zone')
    .option('--exchange <usd>', 'what 1 unit of the currency of your tariff is worth in USD, e.g. 1.27', decimal)
    .option('--only-if-earning', 'start a job only if it is expected to earn more than its electricity costs')
    .option('--solar-site <site>', 'your solar panels: kW peak, tilt, degrees from south, latitude, longitude, e.g. 4.2,35,0,51.5,-0.12')
    .option('--solar-meter <meter>', 'where your home tells its watts, as JSON: production:URL#POINTER, export:URL#POINTER or import:URL#POINTER')
    .option('--home-watts <watts>', 'what your home uses without Windfall', decimal)
    .addOption(new Option('--signer <kind>', 'where the key of a new node lives: a file or keychain, or the TPM of this machine').choices(['software', 'tpm']))
    .option('--port <port>', 'loopback port of the window (default: a free one)', port)
    .addOption(logLevelOption())

/** `below:200` → an absolute rule, and so on. `named` is what the owner knows it by. Error: `input.invalid`. */
export function parseGate(text: string, named = '--gate'): CarbonRule {
  if (text === 'planned' || text === 'always') return { kind: text }
  const [, kind, value] = /^(below|percentile):(\d+(?:\.\d+)?)$/.exec(text) ?? []
  if (kind === 'below') return parse(CarbonRule, { kind: 'absolute', maxGPerKWh: Number(value) }, `rule for ${named}`)
  if (kind === 'percentile') return parse(CarbonRule, { kind: 'percentile', percentile: Number(value) }, `rule for ${named}`)
  throw new WindfallError('input.invalid', `“${text}” is not a rule for ${named}. Use planned, always, below:200 or percentile:30.`)
}

/** Error: `input.invalid`. */
function decimal(text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new WindfallError('input.invalid', `“${text}” is not a number.`)
  return Number(text)
}

const localZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

/** What the options say of power and hours. Error: `input.invalid`. */
function powerOf(options: AgentOptions) {
  const { gate, tariff, exchange, hours } = options
  if (exchange !== undefined && tariff === undefined)
    throw new WindfallError('input.invalid', '--exchange goes with --tariff. Say what your electricity costs, too.')
  return {
    gate: gate === undefined ? undefined : parseGate(gate),
    tariff: tariff === undefined ? undefined : parseTariff(tariff, { timeZone: localZone(), usdPerUnit: exchange ?? null }),
    onlyIfEarning: options.onlyIfEarning,
    solar: parseSolar(options),
    policy: { ...(options.dedicated ? { dedicated: true } : {}), ...(hours === undefined ? {} : { schedule: parseHours(hours, localZone()) }) },
  }
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
      enrolmentToken: options.enrolmentToken,
      ...powerOf(options),
      signer: options.signer,
      port: options.port,
      logLevel: options.logLevel,
    },
  })

/** The options as they would be typed again; `--data` and `--coordinator` are the caller's. */
export const typedOptions = (options: AgentOptions): string[] => [
  ...Object.entries({
    '--zone': options.zone,
    '--payout-address': options.payoutAddress,
    '--enrolment-token': options.enrolmentToken,
    '--gate': options.gate,
    '--hours': options.hours,
    '--tariff': options.tariff,
    '--exchange': options.exchange,
    '--solar-site': options.solarSite,
    '--solar-meter': options.solarMeter,
    '--home-watts': options.homeWatts,
    '--signer': options.signer,
    '--port': options.port,
    '--log-level': options.logLevel,
  }).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
  ...(options.onlyIfEarning ? ['--only-if-earning'] : []),
  ...(options.dedicated ? ['--dedicated'] : []),
]
