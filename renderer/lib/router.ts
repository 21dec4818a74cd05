/** The pages of the window, and their addresses. */
import { useSyncExternalStore } from 'react'
import { type RouteOf, createHashRoutes, onHashChange, queryOf } from './hash-routes.ts'

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

export type PageName = keyof typeof PATHS
export type Route = RouteOf<typeof PATHS>

/** Every page there is. */
export const PAGES = Object.keys(PATHS) as readonly PageName[]

/** Pages whose address may go on with what is looked for, behind a question mark. */
const SEARCHED: ReadonlySet<string> = new Set<PageName>(['receipts', 'settings'])

export const { hrefOf, routeOf } = createHashRoutes(PATHS, (page) => SEARCHED.has(page))

/** The page now in the address bar. */
export const useRoute = (): Route | null => routeOf(useSyncExternalStore(onHashChange, () => location.hash))

/** What is looked for on the page now in the address bar, as the text behind the question mark. */
export const useSearchText = (): string => useSyncExternalStore(onHashChange, () => queryOf(location.hash))

/** Puts what is looked for into the address, in place of what was: the way back leads to the page before. */
export const search = (route: Route, query: URLSearchParams): void => location.replace(hrefOf(route, query))
