/** The pages of the console, and their addresses. Whatever is looked for on a page stands behind the question mark of its address. */
import { useSyncExternalStore } from 'react'
import { type RouteOf, createHashRoutes, onHashChange, queryOf } from '../lib/hash-routes.ts'

const PATHS = {
  overview: '/',
  fleet: '/fleet',
  node: '/fleet/:nodeId',
  jobs: '/jobs',
  'submit-job': '/submit',
  job: '/jobs/:jobId',
  zones: '/zones',
  zone: '/zones/:zone',
  decisions: '/decisions',
  decision: '/decisions/:seq',
  incidents: '/incidents',
  incident: '/incidents/:incidentId',
  ledger: '/ledger',
  payouts: '/payouts',
  approvals: '/approvals',
  receipts: '/receipts',
  receipt: '/receipts/:receiptId',
  emissions: '/emissions',
  profitability: '/profitability',
  account: '/account',
  keys: '/keys',
  members: '/members',
  webhooks: '/webhooks',
  audit: '/audit',
} as const

export type PageName = keyof typeof PATHS
export type Route = RouteOf<typeof PATHS>

const routes = createHashRoutes(PATHS, () => true)

/** The address of a page, for an `href`; with what is looked for there, if anything. */
export const { hrefOf } = routes

/** Every page there is. */
export const PAGES = Object.keys(PATHS) as readonly PageName[]

/** The page now in the address bar; `null` if there is no such page. */
export const useRoute = (): Route | null => routes.routeOf(useSyncExternalStore(onHashChange, () => location.hash))

/** What is looked for on the page now in the address bar. */
export const useQueryText = (): string => useSyncExternalStore(onHashChange, () => queryOf(location.hash))

/** Puts what is looked for into the address of the page one is on, in place of what was: the way back leads to the page before. */
export function replaceQuery(query: URLSearchParams): void {
  const route = routes.routeOf(location.hash)
  if (route) location.replace(hrefOf(route, query))
}
