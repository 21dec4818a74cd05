/** Chromium has no `app:` scheme; a secure, standard, never resolvable https origin stands for it. */
const STAND_IN = 'https://app-windfall.invalid'
const OWN = 'app://windfall'

export const toPageUrl = (url: string): string => (url.startsWith(`${OWN}/`) ? STAND_IN + url.slice(OWN.length) : url)
export const toAppUrl = (url: string): string => (url.startsWith(`${STAND_IN}/`) ? OWN + url.slice(STAND_IN.length) : url)
export const isAppPage = (url: string): boolean => url.startsWith(`${STAND_IN}/`)
