import type * as Oidc from 'openid-client'
import { MemberEmail, Subject } from '../../../shared/contract/member.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import { readCapped } from '../../kernel/read-capped.ts'
import { distrusted, explained, reasonOf, unreachable } from './provider-errors.ts'

export interface ProviderSettings {
  /** As the provider writes it; nothing is taken from any other. */
  readonly issuer: string
  readonly clientId: string
  /** `null` for a client that the provider knows without one. */
  readonly clientSecret: string | null
}

/** Who a provider says somebody is. */
export interface Identity {
  readonly issuer: string
  readonly subject: string
  /** In lower case; `null` where there is none. */
  readonly email: string | null
  /** Whether the provider has made sure that the address is theirs. */
  readonly emailVerified: boolean
  readonly name: string | null
}

/** What ties an answer of the provider to the browser that was sent there. */
export interface Checks {
  readonly state: string
  readonly nonce: string
  /** RFC 7636. */
  readonly verifier: string
}

export interface Provider {
  readonly issuer: string
  /** Where a browser is sent to sign in. Errors: `unavailable`, `config.invalid`. */
  readonly address: (checks: Checks) => Promise<string>
  /** What the provider says of whoever came back with `query`. Errors: `auth.refused` for what cannot be trusted, `unavailable`. */
  readonly identify: (query: URLSearchParams, checks: Checks) => Promise<Identity>
}

export interface ProviderDeps {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  /** Where the provider sends browsers back to: exactly this address. */
  readonly redirectUri: () => string
  /** Told why somebody was not signed in, in the words of a program. */
  readonly refused: (reason: string) => void
}

/** Signed with a key of which the provider shows only the public half: a secret that both sides know signs nothing here, and neither does nobody. */
const ALGORITHMS: readonly string[] = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512', 'EdDSA', 'Ed25519']
const SCOPE = 'openid email profile'
const TIMEOUT_S = 10
const MAX_BYTES = 1_048_576
/** How long what a provider says of itself is good; its keys are looked at every five minutes, and once a minute at most for one that is unknown. */
const KEEP_MS = 3_600_000
/** A provider that did not answer is not asked again at once, however many want to sign in. */
const REST_MS = 5_000
const SKEW_S = 60
/** A token that was issued for this very sign-in is not older. */
const MAX_AGE_S = 600

interface Known {
  readonly oidc: typeof Oidc
  readonly config: Oidc.Configuration
}

/** A provider by OpenID Connect Core and Discovery 1.0: authorization code flow with PKCE (RFC 7636), answers tied to their issuer (RFC 9207). */
export function createProvider(settings: ProviderSettings, deps: ProviderDeps): Provider {
  const { clock } = deps
  let last: { until: number; readonly known: Promise<Known> } | null = null
  const known = (): Promise<Known> => {
    if (last && clock.monotonic() < last.until) return last.known
    const asked = { until: clock.monotonic() + KEEP_MS, known: discover(settings) }
    asked.known.catch(() => {
      asked.until = clock.monotonic() + REST_MS
    })
    last = asked
    return asked.known
  }
  return {
    issuer: settings.issuer,
    address: async ({ state, nonce, verifier }) => {
      const { oidc, config } = await known()
      const code_challenge = await oidc.calculatePKCECodeChallenge(verifier)
      const asked = { redirect_uri: deps.redirectUri(), scope: SCOPE, state, nonce, code_challenge, code_challenge_method: 'S256' }
      return oidc.buildAuthorizationUrl(config, asked).href
    },
    identify: async (query, checks) => {
      const { oidc, config } = await known()
      const came = new URL(deps.redirectUri())
      came.search = query.toString()
      try {
        return await identify({ oidc, config }, came, { checks, settings, now: clock.now() })
      } catch (error) {
        deps.refused(error instanceof WindfallError ? error.message : reasonOf(error))
        throw explained(oidc, settings.issuer, error)
      }
    },
  }
}

const isLocal = (issuer: string): boolean => issuer.startsWith('http:')

/** An answer without end is none. */
const cappedFetch: Oidc.CustomFetch = async (url, options) => {
  const answer = await fetch(url, options as RequestInit)
  const content = await readCapped(answer.body ?? [], MAX_BYTES)
  if (content === null) throw new RangeError(`an answer of more than ${MAX_BYTES} bytes is not read`)
  return new Response(content.length > 0 ? new Uint8Array(content) : null, { status: answer.status, headers: answer.headers })
}

async function discover(settings: ProviderSettings): Promise<Known> {
  const { issuer, clientId } = settings
  // Few coordinators are ever signed in to, and the library takes its memory.
  const oidc = await import('openid-client')
  const insecure = isLocal(issuer) ? [oidc.allowInsecureRequests] : []
  const metadata = { [oidc.clockTolerance]: SKEW_S }
  const options = { timeout: TIMEOUT_S, [oidc.customFetch]: cappedFetch, execute: insecure }
  const found = await oidc.discovery(new URL(issuer), clientId, metadata, oidc.None(), options).catch((error: unknown) => {
    throw unreachable(issuer, error)
  })
  const server = pinned(found.serverMetadata(), issuer)
  const config = new oidc.Configuration(server, clientId, metadata, authenticationOf(oidc, server, settings))
  for (const enable of [...insecure, oidc.enableNonRepudiationChecks]) enable(config)
  config.timeout = TIMEOUT_S
  config[oidc.customFetch] = cappedFetch
  return { oidc, config }
}

/** What the provider says of itself, less every way to sign that is not good enough. Error: `config.invalid`. */
function pinned(server: Oidc.ServerMetadata, issuer: string): Oidc.ServerMetadata {
  if (server.issuer !== issuer)
    throw new WindfallError(
      'config.invalid',
      `The provider calls itself ${server.issuer.slice(0, 200)}, not ${issuer}. The operator sets oidcIssuer to what it calls itself.`,
    )
  const algorithms = (server.id_token_signing_alg_values_supported ?? ['RS256']).filter((name) => ALGORITHMS.includes(name))
  if (algorithms.length === 0) throw new WindfallError('config.invalid', `The provider ${issuer} signs in no way that can be checked with a public key.`)
  return { ...server, id_token_signing_alg_values_supported: algorithms }
}

function authenticationOf(oidc: typeof Oidc, server: Oidc.ServerMetadata, { clientSecret }: ProviderSettings): Oidc.ClientAuth {
  if (clientSecret === null) return oidc.None()
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return methods.includes('client_secret_basic') ? oidc.ClientSecretBasic(clientSecret) : oidc.ClientSecretPost(clientSecret)
}

interface Expected {
  readonly checks: Checks
  readonly settings: ProviderSettings
  readonly now: number
}

async function identify({ oidc, config }: Known, came: URL, { checks, settings, now }: Expected): Promise<Identity> {
  const { state, nonce, verifier } = checks
  const tokens = await oidc.authorizationCodeGrant(config, came, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims) throw distrusted('no ID token')
  requireForUs(claims, { settings, now })
  const needsMore = claims['email'] === undefined && config.serverMetadata().userinfo_endpoint !== undefined
  const more = needsMore ? await oidc.fetchUserInfo(config, tokens.access_token, claims.sub) : claims
  const email = MemberEmail.safeParse(more['email'])
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: email.success ? email.data : null,
    emailVerified: more['email_verified'] === true,
    name: nameOf(more['name']),
  }
}

/** What the library leaves open: one that is meant for another client as well, and one that is from another time. */
function requireForUs({ iss, sub, aud, azp, iat }: Oidc.IDToken, { settings, now }: Omit<Expected, 'checks'>): void {
  if (iss !== settings.issuer) throw distrusted('ID token: iss')
  if (!Subject.safeParse(sub).success) throw distrusted('ID token: sub')
  if ([aud].flat().some((audience) => audience !== settings.clientId) || (azp !== undefined && azp !== settings.clientId))
    throw distrusted('ID token: aud or azp')
  if (iat > now / 1000 + SKEW_S || iat < now / 1000 - MAX_AGE_S) throw distrusted('ID token: iat')
}

/** What others call them; of no weight, and shown as text. */
const nameOf = (name: unknown): string | null => (typeof name === 'string' && name.trim() !== '' ? name.replaceAll(/\p{C}/gu, ' ').trim().slice(0, 120) : null)
