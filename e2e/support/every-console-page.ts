/** Every page of the console, taken from its own routes: one that is new is looked at, or does not compile. */
import { PAGES, type PageName, type Route, hrefOf } from '../../renderer/console/routes.ts'
import type { ConsoleHouse } from './console-fixtures.ts'

type OfPage<K extends PageName> = Extract<Route, { readonly page: K }>
type Parameters = { readonly [K in PageName as keyof Omit<OfPage<K>, 'page'> extends never ? never : K]: Omit<OfPage<K>, 'page'> }

const known = ({ known: { jobId, receiptId, nodeId, incidentId } }: ConsoleHouse): Parameters => ({
  node: { nodeId },
  job: { jobId },
  zone: { zone: 'GB-13' },
  decision: { seq: '1' },
  incident: { incidentId },
  receipt: { receiptId },
})

/** Pages, and one that does not exist. */
export const EVERY_CONSOLE_PAGE = [...PAGES, 'missing'] as const

export const addressOf = (house: ConsoleHouse, page: (typeof EVERY_CONSOLE_PAGE)[number]): string =>
  page === 'missing' ? '#/nowhere' : hrefOf({ page, ...known(house)[page as keyof Parameters] } as Route)
