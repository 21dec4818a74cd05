import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from '../support/fixtures.ts'

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** Every page, and what it shows once it has loaded. */
const PAGES = {
  home: ['', 'recorded 18 March 2024'],
  jobs: ['#/jobs', 'Hash a data set'],
  'one job': ['#/jobs/job-1', 'WebAssembly sandbox'],
  receipts: ['#/receipts', 'receipt-1'],
  'a receipt that cannot be had': ['#/receipts/receipt-1', 'This agent keeps no receipt bundles'],
  payouts: ['#/payouts', '150 USD per SOL, sample'],
  'a page that is missing': ['#/nowhere', 'There is no such page.'],
} as const

/** Legacy mode, because axe otherwise opens a helper page, which neither Electron nor its double allows. */
async function violations(page: Page): Promise<string[]> {
  const results = await new AxeBuilder({ page }).setLegacyMode(true).withTags(WCAG).analyze()
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
}

for (const [name, [hash, content]] of Object.entries(PAGES)) {
  test(`axe finds nothing on ${name}, light and dark, wide and narrow`, async ({ window }) => {
    await window.evaluate((target) => {
      location.hash = target
    }, hash)
    await expect(window.getByRole('main').getByText(content).first()).toBeVisible()
    for (const width of [1080, 420]) {
      await window.setViewportSize({ width, height: 720 })
      for (const colorScheme of ['light', 'dark'] as const) {
        await window.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        expect(await violations(window), `${colorScheme}, ${width} px`).toEqual([])
      }
    }
  })
}
