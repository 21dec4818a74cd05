import { z } from 'zod'
import { CarbonRule, OwnerRules, PolicyConfig } from '../../shared/contract/owner-rules.ts'
import { SolanaAddress, Zone } from '../../shared/contract/wire.ts'
import { Tariff } from '../../shared/domain/tariff.ts'
import { WindfallError } from '../../shared/errors.ts'
import { ImageRules } from './jobs/image-rules.ts'
import { SolarConfig } from './solar/solar-config.ts'

export const AgentConfig = z.strictObject({
  dataDirectory: z.string().min(1),
  /** `null` keeps the agent to itself: it measures and shows, and takes no jobs. */
  coordinatorUrl: z.url({ protocol: /^https?$/ }).nullable(),
  /** It was named for this start, so that the owner's choice in the window does not count. */
  namedCoordinator: z.boolean(),
  zone: Zone,
  payoutAddress: SolanaAddress.nullable(),
  /** What the operator of a coordinator gave out that lets machines in by token; needed once. Empty is as good as none. */
  enrolmentToken: z
    .string()
    .max(100)
    .nullable()
    .transform((text) => text || null),
  policy: PolicyConfig,
  gate: CarbonRule,
  /** The rules that the settings file or the options name, whatever they say: told to the owner where others hold. */
  saidRules: z.array(OwnerRules.keyof()),
  /** What the owner pays for electricity; `null`: not said. */
  tariff: Tariff.nullable(),
  /** Jobs start only when they are expected to earn more than their electricity costs. */
  onlyIfEarning: z.boolean(),
  /** The sun on the owner's roof. */
  solar: SolarConfig.nullable(),
  images: ImageRules,
  /** What kind of key a new node makes; `null`: whatever kind it has, and one in software for a new node. */
  signer: z.enum(['software', 'tpm']).nullable(),
  /** Loopback port of the window's server; 0 picks a free one. */
  port: z.number().int().min(0).max(65_535),
  /** Nothing runs before the owner has agreed to it in the window: for installations that nobody has set up by hand. */
  askFirst: z.boolean(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
})
export type AgentConfig = Readonly<z.infer<typeof AgentConfig>>

export const AGENT_DEFAULTS = {
  coordinatorUrl: null,
  namedCoordinator: false,
  zone: 'GB-13',
  payoutAddress: null,
  enrolmentToken: null,
  policy: PolicyConfig.parse({}),
  gate: { kind: 'planned' },
  saidRules: [],
  tariff: null,
  onlyIfEarning: false,
  solar: null,
  images: ImageRules.parse({}),
  signer: null,
  port: 0,
  askFirst: false,
  logLevel: 'warn',
} as const satisfies Omit<AgentConfig, 'dataDirectory'>

/** Checks settings once, at start. Error: `config.invalid`, naming each bad key. */
export function parseAgentConfig(raw: unknown): AgentConfig {
  const parsed = AgentConfig.safeParse({ ...AGENT_DEFAULTS, ...(raw as object) })
  if (parsed.success) return checked(parsed.data)
  const keys = parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': ')).join('; ')
  throw new WindfallError('config.invalid', `The agent's settings are not valid. ${keys}`)
}

function checked(config: AgentConfig): AgentConfig {
  const { onlyIfEarning, tariff } = config
  if (onlyIfEarning && !tariff)
    throw new WindfallError('config.invalid', "The agent's settings are not valid. onlyIfEarning: needs a tariff, or nobody knows what a job costs.")
  if (onlyIfEarning && tariff && tariff.currency !== 'USD' && tariff.usdPerUnit === null)
    throw new WindfallError(
      'config.invalid',
      `The agent's settings are not valid. tariff.usdPerUnit: jobs are paid in USD, so say what 1 ${tariff.currency} is worth, or nobody knows what a job earns.`,
    )
  return Object.freeze(config)
}
