/** Addresses that only this machine reaches. */
export const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|::1)$/
/** A page elsewhere may point its own name at 127.0.0.1 (DNS rebinding); then the Host header gives it away. */
const LOOPBACK_AUTHORITY = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])(?::\d+)?$/

/** True if a request that names `authority` may be served at `host`. */
export const isExpectedAuthority = (host: string, authority: string | undefined): boolean => !LOOPBACK.test(host) || LOOPBACK_AUTHORITY.test(authority ?? '')

/** What agents call this coordinator, `host` or `host:port` in lower case; `null` if its operator has not said. */
export type OwnNames = ReadonlySet<string> | null

export const ownNames = ({ publicUrl, names }: { readonly publicUrl: string | null; readonly names: readonly string[] }): OwnNames => {
  const own = [...(publicUrl === null ? [] : [new URL(publicUrl).host]), ...names].map((name) => name.toLowerCase())
  return own.length === 0 ? null : new Set(own)
}

/** Others reach this coordinator, and what they call it is not known. */
export const isUnnamed = (config: Parameters<typeof ownNames>[0] & { readonly host: string }): boolean =>
  !LOOPBACK.test(config.host) && ownNames(config) === null

/**
 * True if what was signed for `authority` was signed for this coordinator. A node may work for several: without this, one of them could hand on to another
 * what the node has signed for it.
 */
export const isSignedForUs = (names: OwnNames, authority: string | undefined): boolean =>
  names === null || names.has((authority ?? '').toLowerCase()) || LOOPBACK_AUTHORITY.test(authority ?? '')
