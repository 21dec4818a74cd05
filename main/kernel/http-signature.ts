/**
 * HTTP Message Signatures (RFC 9421) in one fixed profile: label `sig1`, components `@method @authority @path @query content-digest`
 * (RFC 9530, SHA-256) in that order, parameters `created`, `nonce`, `keyid`, `tag`. The algorithm follows from the key.
 * Nothing else is accepted, so there is nothing to negotiate and nothing to downgrade.
 */
import { hash } from 'node:crypto'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import { type Signer, verifyInPool } from './signing.ts'

export interface SignedRequest {
  readonly method: string
  readonly url: URL
  /** `null` for a request without a body: the digest of no bytes is signed all the same. */
  readonly body: SignedBody
}

/** Bytes, or content that only its SHA-256 (hex) is known of here. */
type SignedBody = Uint8Array | { readonly sha256: string } | null

/** What a server sees of a request before its body has arrived. `target` is the request target, `/path?query`. */
export interface RequestHead {
  readonly method: string
  readonly authority: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface RequestSignature {
  /** Seconds since the Unix epoch. */
  readonly created: number
  readonly nonce: string
  readonly keyId: string
  readonly contentDigest: string
  /** The bytes that were signed. */
  readonly base: string
  readonly signature: Uint8Array
}

type Component = readonly [name: string, value: string]

export const SIGNATURE_MAX_AGE_S = 60
const TAG = 'windfall-v1'
const COMPONENTS = '("@method" "@authority" "@path" "@query" "content-digest")'
const INPUT =
  /^sig1=(\("@method" "@authority" "@path" "@query" "content-digest"\);created=(\d{1,12});nonce="([A-Za-z0-9_-]{16,64})";keyid="([A-Za-z0-9_-]{43})";tag="windfall-v1")$/
// The last digit of base64 has bits that say nothing: one signature is written in one way only.
const SIGNATURE = /^sig1=:([A-Za-z0-9+/]{85}[AQgw]==):$/
const DIGEST = /^sha-256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=:$/

/** RFC 9421 §2.5: one line per component, then the signature parameters. */
export const signatureBase = (components: readonly Component[], params: string): string =>
  [...components.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`].join('\n')

/** RFC 9530 `Content-Digest` with SHA-256. */
export const contentDigest = (body: Uint8Array): string => `sha-256=:${hash('sha256', body, 'base64')}:`

const digestOf = (body: SignedBody): string =>
  body !== null && 'sha256' in body ? `sha-256=:${Buffer.from(body.sha256, 'hex').toString('base64')}:` : contentDigest(body ?? new Uint8Array())

const profileBase = (head: { method: string; authority: string; path: string; query: string; digest: string }, params: string): string =>
  signatureBase(
    [
      ['@method', head.method],
      ['@authority', head.authority.toLowerCase()],
      ['@path', head.path],
      ['@query', head.query],
      ['content-digest', head.digest],
    ],
    params,
  )

/** The three headers that prove who sends a request. `now` in epoch milliseconds; `nonce` is 16 to 64 base64url characters, never used twice. */
export async function signRequest(signer: Signer, request: SignedRequest, { now, nonce }: { now: number; nonce: string }): Promise<Record<string, string>> {
  const digest = digestOf(request.body)
  const params = `${COMPONENTS};created=${Math.floor(now / 1000)};nonce="${nonce}";keyid="${signer.keyId}";tag="${TAG}"`
  const base = profileBase(
    { method: request.method, authority: request.url.host, path: request.url.pathname, query: request.url.search || '?', digest },
    params,
  )
  const signature = await signer.sign(new TextEncoder().encode(base))
  return { 'content-digest': digest, 'signature-input': `sig1=${params}`, signature: `sig1=:${Buffer.from(signature).toString('base64')}:` }
}

/** Reads the signature headers and rebuilds the signed bytes. Error: `auth.required` if they are missing or outside the profile. */
export function readSignature({ method, authority, target, headers }: RequestHead): RequestSignature {
  const { 'signature-input': input, signature, 'content-digest': digest } = headers
  const params = typeof input === 'string' ? INPUT.exec(input) : null
  const bytes = typeof signature === 'string' ? SIGNATURE.exec(signature) : null
  if (!params || !bytes || typeof digest !== 'string' || !DIGEST.test(digest))
    throw new WindfallError('auth.required', 'This call needs a request signature by an enrolled device key (RFC 9421).')
  const [, signed = '', created = '', nonce = '', keyId = ''] = params
  const cut = target.indexOf('?')
  const [path, query] = cut === -1 ? [target, '?'] : [target.slice(0, cut), target.slice(cut)]
  const base = profileBase({ method, authority, path, query, digest }, signed)
  return { created: Number(created), nonce, keyId, contentDigest: digest, base, signature: Buffer.from(bytes[1] ?? '', 'base64') }
}

/** Checks age and signature, in the thread pool; the body is checked against `contentDigest` once it has arrived. `now` in epoch milliseconds. Error: `auth.refused`. */
export async function checkSignature(jwk: PublicJwk, { created, base, signature }: RequestSignature, now: number): Promise<void> {
  const ageS = now / 1000 - created
  if (Math.abs(ageS) > SIGNATURE_MAX_AGE_S)
    throw new WindfallError(
      'auth.refused',
      `The request was signed ${Math.round(Math.abs(ageS))} s ${ageS > 0 ? 'ago' : 'in the future'}. Set the clock of this machine and try again.`,
    )
  if (!(await verifyInPool(jwk, new TextEncoder().encode(base), signature)))
    throw new WindfallError('auth.refused', 'The request signature does not match this request and this device key.')
}
