const STORAGE_KEY = 'windfall-token'
const FRAGMENT = /^#token=([A-Za-z0-9_-]{16,128})$/

export interface TokenPlaces {
  readonly location: Pick<Location, 'hash' | 'pathname'>
  readonly history: Pick<History, 'replaceState'>
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>
}

/**
 * The access token of the loopback server: from `#token=…` on the first visit, afterwards from this tab's session storage.
 * It leaves the address bar at once, so that it reaches neither the history nor a screenshot. Empty if there is none.
 */
export function takeToken({ location, history, storage }: TokenPlaces): string {
  const given = FRAGMENT.exec(location.hash)?.[1]
  if (given === undefined) return storage.getItem(STORAGE_KEY) ?? ''
  storage.setItem(STORAGE_KEY, given)
  history.replaceState(null, '', location.pathname)
  return given
}
