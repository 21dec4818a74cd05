import { z } from 'zod'

/**
 * What the console signs in by. A person who came by the provider has a cookie that no script can read; an API key is kept for this tab alone, and is gone
 * when the tab is.
 */
export interface Credential {
  /** `null`: the cookie, if there is one. */
  readonly apiKey: () => string | null
  readonly use: (apiKey: string | null) => void
}

const NAME = 'windfall-api-key'
export const ApiKeyText = z.string().regex(/^wf_[A-Za-z0-9_-]{8,120}$/, 'An API key begins with wf_. Copy all of it.')

interface Kept {
  readonly location: Pick<Location, 'hash' | 'hostname' | 'pathname'>
  readonly history: Pick<History, 'replaceState'>
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

/** Where “windfall up” leads to: nobody elsewhere has a key of a coordinator on this machine. */
const THIS_MACHINE = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * Takes a key out of the address it was opened with (`#key=wf_…`), so that neither the history nor a shared link has it. It is used on this machine only:
 * anywhere else a link could sign somebody in to the account of whoever sent it. Returns whether there was one.
 */
export function takeKey({ location, history, storage }: Kept): boolean {
  const given = /^#key=(.*)$/s.exec(location.hash)?.[1]
  if (given === undefined) return false
  history.replaceState(null, '', location.pathname)
  const key = ApiKeyText.safeParse(given)
  if (key.success && THIS_MACHINE.test(location.hostname)) storage.setItem(NAME, key.data)
  return true
}

export const credentialIn = (storage: Kept['storage']): Credential => ({
  apiKey: () => ApiKeyText.safeParse(storage.getItem(NAME)).data ?? null,
  use: (apiKey) => (apiKey === null ? storage.removeItem(NAME) : storage.setItem(NAME, apiKey)),
})
