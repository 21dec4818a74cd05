/** Who may talk to the loopback server. Any page in any browser of this machine can reach the port, so the port proves nothing. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { RPC_PROTOCOL } from '../../../shared/contract/bridge.ts'
import { WindfallError } from '../../../shared/errors.ts'

/** 192 random bits, base64url: the secret that a window or the command line must present. */
export const createToken = (random: (bytes: number) => Buffer = randomBytes): string => random(24).toString('base64url')

/** The exact `Host` values of a server on `port`. Everything else is DNS rebinding. */
export const hostsOf = (port: number): readonly string[] => [`127.0.0.1:${port}`, `localhost:${port}`]

/** Error: `auth.refused` unless the request was addressed to this server by a loopback name. */
export function requireHost(headers: IncomingHttpHeaders, hosts: readonly string[]): void {
  if (!hosts.includes(headers.host ?? '')) throw new WindfallError('auth.refused', 'This server answers only to its own loopback address.')
}

/** Error: `auth.refused` when the `Origin` is another one. A WebSocket must have it; a plain request from the command line has none. */
export function requireOrigin(headers: IncomingHttpHeaders, presence: 'required' | 'optional'): void {
  if (headers.origin === undefined && presence === 'optional') return
  if (headers.origin !== `http://${headers.host}`) throw new WindfallError('auth.refused', 'This request comes from another site.')
}

/** The token of `Authorization: Bearer …`, or an empty text. */
export const bearerToken = (headers: IncomingHttpHeaders): string => /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '')?.[1] ?? ''

/** The token of a WebSocket handshake that offers our subprotocol, or an empty text. A header would do, but browsers cannot set one. */
export function subprotocolToken(headers: IncomingHttpHeaders): string {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim())
  if (!offered.includes(RPC_PROTOCOL)) return ''
  return offered.find((part) => part.startsWith('token.'))?.slice('token.'.length) ?? ''
}

/** Compares in constant time, whatever the lengths. Error: `auth.required` without a token, `auth.refused` with a wrong one. */
export function requireToken(offered: string, expected: string): void {
  if (offered === '') throw new WindfallError('auth.required', 'This address needs the access token that Windfall printed when it started.')
  if (!timingSafeEqual(sha256(offered), sha256(expected)))
    throw new WindfallError('auth.refused', 'The access token is not the one of this Windfall. Open the address it printed most recently.')
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
