/** What may become of an attempt to link a wallet. Pure. */
import type { SignIn, WalletLinkState } from '../../../shared/contract/wallet.ts'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { fromBase58, isAddress } from '../../../shared/domain/base58.ts'
import { weakKeyProblem } from '../../../shared/domain/keys.ts'
import { LINK_STATEMENT, deviceUrn, signInText } from '../../../shared/domain/wallet-link.ts'
import { toIso } from '../../../shared/units.ts'
import { isSignedForm } from './envelope.ts'

export interface Link {
  readonly linkId: string
  readonly nodeId: string
  readonly secret: string
  readonly nonce: string
  /** Where the page is served, `https://host[:port]`. */
  readonly origin: string
  readonly chainId: string
  /** The key that the node signed with when it asked. */
  readonly deviceJwk: PublicJwk
  /** Epoch milliseconds, both. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly state: Exclude<WalletLinkState, 'expired'>
  readonly address: string | null
}

/** For so long a text that was issued can be signed, and its signature confirmed. */
export const LINK_TTL_MS = 600_000

/** Crockford's base 32, in two groups of four: 40 random bits that can be read out. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
export function spokenCode(random: Uint8Array): string {
  const letters = [...random.subarray(0, 8)].map((byte) => ALPHABET.charAt(byte & 31)).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

export const linkIdOf = (code: string): string => `link-${code}`
export const codeOf = ({ linkId }: Pick<Link, 'linkId'>): string => linkId.slice('link-'.length)
export const pageOf = ({ origin, secret }: Pick<Link, 'origin' | 'secret'>): string => `${origin}/link/${secret}`

/** What is past its time in one of the first two states is over. */
export const stateAt = ({ state, expiresAt }: Link, now: number): WalletLinkState =>
  (state === 'waiting' || state === 'signed') && now >= expiresAt ? 'expired' : state

/** The wallet's name of a cluster. */
export const chainIdOf = (cluster: string): string => (cluster === 'mainnet-beta' ? 'mainnet' : cluster)

/** Everything that is signed but the address. It comes from what was issued and never from what is handed in. */
export const signInOf = (link: Link): SignIn => ({
  domain: new URL(link.origin).host,
  statement: LINK_STATEMENT,
  uri: `${link.origin}/link`,
  version: '1',
  chainId: link.chainId,
  nonce: link.nonce,
  issuedAt: toIso(link.issuedAt),
  expirationTime: toIso(link.expiresAt),
  requestId: link.linkId,
  resources: [deviceUrn(link.deviceJwk)],
})

export interface Answer {
  readonly address: string
  readonly signedMessage: Uint8Array
  readonly signature: Uint8Array
}

export type Verify = (jwk: PublicJwk, bytes: Uint8Array, signature: Uint8Array) => boolean

/** A Solana address is an Ed25519 key. */
const keyOf = (address: string): PublicJwk => ({ kty: 'OKP', crv: 'Ed25519', x: Buffer.from(fromBase58(address)).toString('base64url') })

/**
 * Why what a wallet handed in is not its word on this attempt; `null` if it is. A key of small order, with which one signature holds for every message,
 * is refused before any signature is looked at.
 */
export function answerProblem(
  link: Link,
  { address, signedMessage, signature }: Answer,
  { now, verify }: { readonly now: number; readonly verify: Verify },
): string | null {
  const state = stateAt(link, now)
  if (state === 'expired') return 'This page is older than ten minutes. Ask for a new one on your machine.'
  if (state !== 'waiting') return 'This page was already answered. Ask for a new one on your machine.'
  if (!isAddress(address)) return 'That is not the address of a wallet.'
  const weak = weakKeyProblem(keyOf(address))
  if (weak) return `That address cannot be linked: ${weak}.`
  if (!isSignedForm(signedMessage, signInText(signInOf(link), address), address))
    return 'The wallet signed another text than the one it was asked for. Nothing was linked; try another wallet.'
  return verify(keyOf(address), signedMessage, signature) ? null : 'The signature is not of that wallet. Choose the account in your wallet again, and sign.'
}
