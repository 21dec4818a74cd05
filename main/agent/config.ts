import { z } from 'zod'
import { SolanaAddress, Zone } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import { CarbonRule } from './grid/gate.ts'
import { PolicyConfig } from './idle/policy-config.ts'
import { ImageRules } from './jobs/image-rules.ts'

export const AgentConfig = z.strictObject({
  dataDirectory: z.string().min(1),
  /** `null` keeps the agent to itself: it measures and shows, and takes no jobs. */
  coordinatorUrl: z.url({ protocol: /^https?$/ }).nullable(),
  zone: Zone,
  payoutAddress: SolanaAddress.nullable(),
  policy: PolicyConfig,
  gate: CarbonRule,
  images: ImageRules,
  /** What kind of key a new node makes; `null`: whatever kind it has, and one in software for a new node. */
  signer: z.enum(['software', 'tpm']).nullable(),
  /** Loopback port of the window's server; 0 picks a free one. */
  port: z.number().int().min(0).max(65_535),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
})
export type AgentConfig = Readonly<z.infer<typeof AgentConfig>>

export const AGENT_DEFAULTS = {
  coordinatorUrl: null,
  zone: 'GB-13',
  payoutAddress: null,
  policy: PolicyConfig.parse({}),
  gate: { kind: 'planned' },
  images: ImageRules.parse({}),
  signer: null,
  port: 0,
  logLevel: 'warn',
} as const satisfies Omit<AgentConfig, 'dataDirectory'>

/** Checks settings once, at start. Error: `config.invalid`, naming each bad key. */
export function parseAgentConfig(raw: unknown): AgentConfig {
  const parsed = AgentConfig.safeParse({ ...AGENT_DEFAULTS, ...(raw as object) })
  if (parsed.success) return Object.freeze(parsed.data)
  const keys = parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message].filter((part) => part !== '').join(': ')).join('; ')
  throw new WindfallError('config.invalid', `The agent's settings are not valid. ${keys}`)
}
