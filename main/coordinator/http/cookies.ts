import type { IncomingHttpHeaders } from 'node:http'
import { WindfallError } from '../../../shared/errors.ts'

/** What a browser keeps for us: the session, and while somebody is with their provider, what shows that it is the same browser that comes back. */
type CookieName = 'windfall-session' | 'windfall-sign-in'

const isSecure = (origin: string): boolean => origin.startsWith('https:')

/**
 * Nobody but this very host can set a cookie with the prefix `__Host-` (RFC 6265bis §4.1.3.2). It takes https; on the loopback address of this machine,
 * where the connection goes through no network, the cookie does without.
 */
const fullName = (origin: string, name: CookieName): string => (isSecure(origin) ? `__Host-${name}` : name)

/** `null` where there is none, or several: then somebody else has put one there. */
export function readCookie({ cookie = '' }: Pick<IncomingHttpHeaders, 'cookie'>, origin: string, name: CookieName): string | null {
  const prefix = `${fullName(origin, name)}=`
  const found = cookie.split(';').flatMap((pair) => (pair.trim().startsWith(prefix) ? [pair.trim().slice(prefix.length)] : []))
  return found.length === 1 && found[0] ? found[0] : null
}

interface Cookie {
  readonly name: CookieName
  readonly value: string
  readonly seconds: number
}

/** Sent along when somebody follows a link here, which is how they come back from their provider, and with nothing else that another site does. */
export const setCookie = (origin: string, { name, value, seconds }: Cookie): string =>
  `${fullName(origin, name)}=${value}; Path=/; Max-Age=${Math.max(0, Math.floor(seconds))}; HttpOnly; SameSite=Lax${isSecure(origin) ? '; Secure' : ''}`

export const clearCookie = (origin: string, name: CookieName): string => setCookie(origin, { name, value: '', seconds: 0 })

const refused = (): WindfallError =>
  new WindfallError('auth.refused', 'A page of another site has asked for this in your name, and it was not done. Use a page of this coordinator.')

/**
 * A browser sends its cookie along whoever asks, so a page of ours has to be the one that asks: by the browser's own word (Fetch Metadata), and for all that
 * changes something by an `Origin` that is exactly ours and a type of content that no form can send. Error: `auth.refused`.
 */
export function requireOwnPage({ method, headers }: { readonly method: string; readonly headers: IncomingHttpHeaders }, origin: string): void {
  const reads = method === 'GET' || method === 'HEAD'
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && !(reads && site === 'none')) throw refused()
  if (reads) return
  if (headers.origin !== origin) throw refused()
  if (method === 'POST' && !/^application\/json(?:\s*;|$)/i.test(headers['content-type'] ?? '')) throw refused()
}
