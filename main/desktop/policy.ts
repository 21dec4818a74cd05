/** What the shell allows a page to do, as pure decisions. Numbers refer to Electron's security checklist. */
export const APP_SCHEME = 'app'
export const APP_HOST = 'windfall'
export const APP_URL = `${APP_SCHEME}://${APP_HOST}/index.html`

/** Sites that may open in the owner's browser: the explorer of the chain, the grid data's sources and licences. */
const EXTERNAL_ORIGINS: ReadonlySet<string> = new Set([
  'https://explorer.solana.com',
  'https://carbonintensity.org.uk',
  'https://www.neso.energy',
  'https://creativecommons.org',
])

/** Items 13, 18: is this our own page? Compares scheme and host, because the origin of a custom scheme is `null` in Node. */
export function isOwnPage(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.protocol === `${APP_SCHEME}:` && parsed.host === APP_HOST && parsed.username === '' && parsed.password === ''
}

/** Item 17: only our own page in a top frame may ask anything. Electron hands over `null` for a frame that is already gone. */
export const isTrustedSender = (frame: { readonly url: string; readonly parent: unknown } | null): boolean =>
  frame !== null && frame.parent === null && isOwnPage(frame.url)

/** Encrypted, or no further than this computer. */
const isSafeWay = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname))

/** Item 15, for the one address that is made while the window runs: where the owner's wallet signs, to the letter as the agent says it now. */
export function isLinkPage(url: string, linkPage: string | null): boolean {
  const parsed = URL.parse(url)
  return parsed !== null && url === linkPage && isSafeWay(parsed) && parsed.username === '' && parsed.password === ''
}

/** Item 15: https, a known site, and nothing hidden in the address. */
export function isExternalAllowed(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.protocol === 'https:' && parsed.username === '' && parsed.password === '' && EXTERNAL_ORIGINS.has(parsed.origin)
}
