import { moving, overflowing, vanished } from '../support/appearance.ts'
import { expectAccessible, setSizes } from '../support/axe.ts'
import { EVERY_PAGE, openPage } from '../support/every-page.ts'
import { expect, test } from '../support/shared-window.ts'

/** The longest that a panel may take to open, ms. */
const PANEL_MS = 180
const NARROW = [320, 420, 760].flatMap((width) => [100, 200].map((text) => ({ width, text })))

for (const [name, hash] of EVERY_PAGE)
  test.describe(name, () => {
    test.beforeEach(({ shared: { page } }) => openPage(page, hash))
    test.afterEach(async ({ shared: { page } }) => {
      await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none', reducedMotion: 'no-preference' })
      await setSizes(page, { width: 1280, text: 100 })
    })

    test('axe finds nothing', async ({ shared: { page } }) => {
      await expectAccessible(page)
    })

    test('fits a narrow window with text twice as large', async ({ shared: { page } }) => {
      for (const sizes of NARROW) {
        await setSizes(page, sizes)
        expect(await overflowing(page), `${sizes.width} px, text at ${sizes.text} %`).toEqual([])
      }
    })

    test('loses nothing to forced colours, and moves little or not at all', async ({ shared: { page } }) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, forcedColors: 'active' })
        expect(await vanished(page), colorScheme).toEqual([])
      }
      expect(await moving(page, PANEL_MS)).toEqual([])
      await page.emulateMedia({ reducedMotion: 'reduce' })
      expect(await moving(page, 0), 'with reduced motion').toEqual([])
    })
  })
