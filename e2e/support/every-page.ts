/** Every page of the window, taken from its own routes: one that is new is looked at, or does not compile. */
import { type Page, expect } from '@playwright/test'
import { PAGES, type PageName, type Route, hrefOf } from '../../renderer/lib/router.ts'

type OfPage<K extends PageName> = Extract<Route, { readonly page: K }>
type Parameters = { readonly [K in PageName as keyof Omit<OfPage<K>, 'page'> extends never ? never : K]: Omit<OfPage<K>, 'page'> }

/** What the sample agent knows of each kind. */
const KNOWN: Parameters = {
  job: { id: 'job-1' },
  receipt: { receiptId: 'receipt-1' },
  earning: { earningId: 'earning-0' },
  statement: { month: new Date().toISOString().slice(0, 7) },
  payout: { payoutId: 'payout-31' },
}

/** Pages and their addresses; last, one that does not exist. */
export const EVERY_PAGE: readonly (readonly [name: string, hash: string])[] = [
  ...PAGES.map((page) => [page, hrefOf({ page, ...KNOWN[page as keyof Parameters] } as Route)] as const),
  ['a page that is missing', '#/nowhere'],
]

/** Opens an address, and waits until everything on its page was answered. */
export async function openPage(window: Page, hash: string): Promise<void> {
  await window.evaluate((target) => {
    if ((location.hash || '#/') === target) return
    document.querySelector('h1')?.setAttribute('data-left', '')
    location.hash = target
  }, hash)
  await expect(window.locator('h1:not([data-left])')).toBeVisible()
  await expect(window.locator('[aria-busy="true"]')).toHaveCount(0)
}

/** Unfolds everything on a page that can be. */
export async function unfold(window: Page): Promise<void> {
  await window.evaluate(() => {
    for (const folded of document.querySelectorAll<HTMLElement>('main details:not([open]) > summary')) folded.click()
  })
  await expect(window.locator('main details:not([open])')).toHaveCount(0)
  await expect(window.locator('[aria-busy="true"]')).toHaveCount(0)
}
