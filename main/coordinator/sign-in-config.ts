import { z } from 'zod'
import { WindfallError } from '../../shared/errors.ts'
import { isLoopback } from '../kernel/proxy.ts'
import { given } from './given.ts'
import { LOOPBACK } from './http/authority.ts'
import type { ProviderSettings } from './members/provider.ts'
import type { SessionLengths } from './members/sessions.ts'

const text = (most: number) => given(z.string().max(most).nullable().default(null))
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Whoever reads what is said to the provider can sign in as anybody, so it goes over https, or not over a network at all. */
const isIssuer = (issuer: string): boolean => {
  const url = URL.canParse(issuer) ? new URL(issuer) : null
  if (!url || url.username !== '' || url.password !== '' || /[?#]/.test(issuer)) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

/** What an operator may set of how people sign in. */
export const signInSettings = {
  /** The OpenID Connect provider that people sign in at, exactly as it calls itself, such as https://login.example.org; `null`: nobody signs in. */
  oidcIssuer: given(
    z.string().max(500).refine(isIssuer, 'an issuer is an https address without a question mark, such as https://login.example.org').nullable().default(null),
  ),
  /** What the provider calls this coordinator. */
  oidcClientId: text(255),
  /** What the provider knows this coordinator by; `null`: it asks for none. */
  oidcClientSecret: text(500),
  /** Who is the first owner: an e-mail address that the provider has made sure of, or what the provider calls the person. Owners invite everybody else. */
  oidcOwner: text(255),
  /** How long somebody stays signed in at most, and in a browser that is not used. */
  sessionMs: z.coerce
    .number()
    .int()
    .min(60_000)
    .max(30 * DAY_MS)
    .default(12 * HOUR_MS),
  sessionIdleMs: z.coerce
    .number()
    .int()
    .min(60_000)
    .max(30 * DAY_MS)
    .default(HOUR_MS),
}

/** Environment variables of them. */
export const signInVariables = {
  oidcIssuer: 'WINDFALL_OIDC_ISSUER',
  oidcClientId: 'WINDFALL_OIDC_CLIENT_ID',
  oidcClientSecret: 'WINDFALL_OIDC_CLIENT_SECRET',
  oidcOwner: 'WINDFALL_OIDC_OWNER',
  sessionMs: 'WINDFALL_SESSION_MS',
  sessionIdleMs: 'WINDFALL_SESSION_IDLE_MS',
} as const

type Settings = { readonly [K in keyof typeof signInSettings]: z.infer<(typeof signInSettings)[K]> }

/** How people sign in to this coordinator. */
export interface SignInRules {
  /** `null`: nobody does. */
  readonly provider: ProviderSettings | null
  readonly founder: string | null
  readonly lengths: SessionLengths
}

/** Error: `config.invalid` for settings that do not go together. */
export function signInRules(config: Settings & { readonly host: string; readonly publicUrl: string | null }): SignInRules {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcOwner: founder, sessionMs, sessionIdleMs } = config
  const lengths = { sessionMs, sessionIdleMs }
  if (issuer === null) return { provider: null, founder, lengths }
  if (clientId === null)
    throw new WindfallError('config.invalid', 'To sign in at oidcIssuer, set what it calls this coordinator: oidcClientId (WINDFALL_OIDC_CLIENT_ID).')
  if (config.publicUrl === null && !LOOPBACK.test(config.host))
    throw new WindfallError(
      'config.invalid',
      'The provider sends people back to this coordinator, which does not know its address. Set publicUrl (WINDFALL_COORDINATOR_PUBLIC_URL), such as https://windfall.example.',
    )
  return { provider: { issuer, clientId, clientSecret: config.oidcClientSecret }, founder, lengths }
}
