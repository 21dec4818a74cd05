/** The texts by which a wallet and a node agree on where the node is paid. */
import type { SignIn } from '../contract/wallet.ts'
import type { PublicJwk } from '../contract/wire.ts'
import { toBase58 } from './base58.ts'
import { concatBytes, decodeBase64Url, encodeUtf8 } from './encoding.ts'

export const LINK_STATEMENT = 'Link this wallet to my Windfall rig. This does not move funds.'

/**
 * The text of Sign-In-With-Solana around the wallet's address, line by line as wallets write it.
 * @see https://github.com/phantom/sign-in-with-solana#message-construction
 */
export function signInParts(fields: SignIn): { readonly head: string; readonly tail: string } {
  const { domain, statement, uri, version, chainId, nonce, issuedAt, expirationTime, requestId, resources } = fields
  const lines = [
    `URI: ${uri}`,
    `Version: ${version}`,
    `Chain ID: ${chainId}`,
    `Nonce: ${nonce}`,
    `Issued At: ${issuedAt}`,
    `Expiration Time: ${expirationTime}`,
    `Request ID: ${requestId}`,
    'Resources:',
    ...resources.map((resource) => `- ${resource}`),
  ]
  return { head: `${domain} wants you to sign in with your Solana account:\n`, tail: `\n\n${statement}\n\n${lines.join('\n')}` }
}

export function signInText(fields: SignIn, address: string): string {
  const { head, tail } = signInParts(fields)
  return `${head}${address}${tail}`
}

/** How a device key is named inside the signed text: base58 of the raw Ed25519 key, or of the compressed P-256 point (SEC 1 §2.3.3). */
export function deviceUrn(jwk: PublicJwk): string {
  const x = decodeBase64Url(jwk.x) ?? new Uint8Array()
  if (jwk.kty === 'OKP') return `urn:windfall:device:${toBase58(x)}`
  const isOdd = (decodeBase64Url(jwk.y)?.at(-1) ?? 0) & 1
  return `urn:windfall:device:${toBase58(concatBytes(Uint8Array.of(2 + isOdd), x))}`
}

/** What the device key signs once its owner has said yes: nobody can put another wallet, or another attempt, in its place. */
export const countersignText = ({ linkId, address }: { readonly linkId: string; readonly address: string }): Uint8Array =>
  encodeUtf8(`windfall-wallet-link-v1 ${linkId} ${address}`)
