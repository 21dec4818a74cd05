/** Hash routes, because the same files are served by `app://` and by the loopback server, neither of which rewrites paths. */
import { useSyncExternalStore } from 'react'

const PATHS = {
  home: '/',
  jobs: '/jobs',
  job: '/jobs/:id',
  receipts: '/receipts',
  'opened-receipt': '/opened-receipt',
  receipt: '/receipts/:receiptId',
  earnings: '/earnings',
  earning: '/earnings/:earningId',
  statement: '/statements/:month',
  payouts: '/payouts',
  payout: '/payouts/:payoutId',
  machine: '/machine',
  day: '/day',
  grid: '/grid',
  settings: '/settings',
  welcome: '/welcome',
  diagnostics: '/diagnostics',
} as const

type Paths = typeof PATHS
export type PageName = keyof Paths
type Params<P extends string> = P extends `${string}:${infer Name}` ? Readonly<Record<Name, string>> : unknown
export type Route = { readonly [K in PageName]: { readonly page: K } & Params<Paths[K]> }[PageName]

/** Every page there is. */
export const PAGES = Object.keys(PATHS) as readonly PageName[]

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** The address of a page, for an `href`. */
export function hrefOf(route: Route): string {
  const values: Readonly<Record<string, string>> = route
  return `#${PATHS[route.page].replace(/:(\w+)/, (_, name: string) => encodeURIComponent(values[name] ?? ''))}`
}

/** Pages whose address may go on with what is looked for, behind a question mark. */
const SEARCHED: ReadonlySet<string> = new Set<PageName>(['receipts', 'settings'])

/** The page an address names; `null` if there is no such page. */
export function routeOf(hash: string): Route | null {
  const [address = '', ...query] = hash.replace(/^#/, '').split('?')
  const parts = (address || '/').split('/')
  for (const [page, path] of Object.entries(PATHS)) {
    const params = match(path.split('/'), parts)
    if (params && (query.length === 0 || SEARCHED.has(page))) return { page, ...params } as Route
  }
  return null
}

function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  const fits =
    pattern.length === parts.length && pattern.every((expected, index) => (expected.startsWith(':') ? ID.test(parts[index] ?? '') : expected === parts[index]))
  if (!fits) return null
  return Object.fromEntries(pattern.flatMap((expected, index) => (expected.startsWith(':') ? [[expected.slice(1), parts[index] ?? '']] : [])))
}

const onHashChange = (listener: () => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** The page now in the address bar. */
export const useRoute = (): Route | null => routeOf(useSyncExternalStore(onHashChange, () => location.hash))

/** What is looked for on the page now in the address bar, as the text behind the question mark. */
export const useSearchText = (): string => useSyncExternalStore(onHashChange, () => location.hash.split('?')[1] ?? '')

/** Puts what is looked for into the address, in place of what was: the way back leads to the page before. */
export function search(route: Route, query: URLSearchParams): void {
  const text = String(query)
  location.replace(`${hrefOf(route)}${text === '' ? '' : `?${text}`}`)
}
