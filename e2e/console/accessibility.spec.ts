import type { Page } from '@playwright/test'
import { moving, overflowing, vanished } from '../support/appearance.ts'
import { EXTREME_VIEWS, expectAccessible, setSizes } from '../support/axe.ts'
import { expect, test } from '../support/console-fixtures.ts'
import { EVERY_CONSOLE_PAGE, addressOf } from '../support/every-console-page.ts'
import { openPage, unfold } from '../support/every-page.ts'
import { walk } from '../support/keyboard-walk.ts'
import { openEverything } from '../support/openers.ts'

/** The longest that a panel may take to open, ms. */
const PANEL_MS = 180
const NARROW = [320, 760].flatMap((width) => [100, 200].map((text) => ({ width, text })))

/** One page that shows one address after another, as somebody uses it. */
const shared = test.extend<object, { console: Page }>({
  console: [
    async ({ house }, provide) => {
      const page = await house.open(house.apiKey)
      await provide(page)
      await page.close()
    },
    { scope: 'worker' },
  ],
})

for (const name of EVERY_CONSOLE_PAGE)
  shared.describe(name, () => {
    shared.beforeEach(async ({ console: page, house }) => {
      await openPage(page, addressOf(house, name))
      await unfold(page)
    })
    shared.afterEach(async ({ console: page }) => {
      await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', reducedMotion: 'no-preference' })
      await setSizes(page, { width: 1280, text: 100 })
    })

    shared('axe finds nothing', async ({ console: page }) => {
      await expectAccessible(page, EXTREME_VIEWS)
    })

    shared('fits a narrow window with text twice as large, and loses nothing to forced colours', async ({ console: page }) => {
      for (const sizes of NARROW) {
        await setSizes(page, sizes)
        expect(await overflowing(page), `${sizes.width} px, text at ${sizes.text} %`).toEqual([])
      }
      await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
      expect(await vanished(page)).toEqual([])
      expect(await moving(page, 0), 'with reduced motion').toEqual([])
      await page.emulateMedia({ reducedMotion: 'no-preference' })
      expect(await moving(page, PANEL_MS)).toEqual([])
    })

    shared('the keyboard alone goes through it and back, opens what opens there, and returns', async ({ console: page }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await walk(page)
      await openEverything(page, 'main')
    })
  })
