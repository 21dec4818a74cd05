import { moving, overflowing, vanished } from '../support/appearance.ts'
import { expectAccessible, setSizes, violations } from '../support/axe.ts'
import { EVERY_PAGE, openPage, unfold } from '../support/every-page.ts'
import { expect as shown, loadedWindow, test as alone } from '../support/fixtures.ts'
import { changeShell } from '../support/own-agent.ts'
import { expect, test } from '../support/shared-window.ts'

/** The longest that a panel may take to open, ms. */
const PANEL_MS = 180
const NARROW = [320, 420, 760].flatMap((width) => [100, 200].map((text) => ({ width, text })))

for (const [name, hash] of EVERY_PAGE)
  test.describe(name, () => {
    test.beforeEach(async ({ shared: { page } }) => {
      await openPage(page, hash)
      await unfold(page)
    })
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
        await page.emulateMedia({ colorScheme, forcedColors: 'active', reducedMotion: 'reduce' })
        expect(await vanished(page), colorScheme).toEqual([])
      }
      expect(await moving(page, 0), 'with reduced motion').toEqual([])
      await page.emulateMedia({ reducedMotion: 'no-preference' })
      expect(await moving(page, PANEL_MS)).toEqual([])
    })
  })

alone('Home and Settings fit 320 px in German, whose words are longer', async ({ agent, launchApp }) => {
  shown(agent.url).toMatch(/^http:/)
  const window = await loadedWindow(await launchApp())
  await changeShell(window, { language: 'de' })
  await window.reload()
  for (const hash of ['#/', '#/settings']) {
    await openPage(window, hash)
    shown(await window.locator('html').getAttribute('lang')).toBe('de')
    for (const text of [100, 200]) {
      await setSizes(window, { width: 320, text })
      shown(await overflowing(window), `${hash}, text at ${text} %`).toEqual([])
    }
  }
})

alone('what is wrong is found', async ({ window }) => {
  await openPage(window, '#/')
  await window.evaluate(() => {
    const small = Object.assign(document.createElement('div'), { id: 'wrong' })
    for (let n = 0; n < 2; n++) small.append(Object.assign(document.createElement('button'), { textContent: 'Go' }))
    const swatch = document.createElement('span')
    small.append(swatch)
    document.querySelector('main')?.append(small)
    for (const button of small.querySelectorAll('button'))
      Object.assign(button.style, { width: '9px', height: '9px', padding: '0', color: '#ccc', background: '#ddd' })
    Object.assign(swatch.style, { display: 'block', width: '2000px', height: '9px', background: 'red', transition: 'opacity 1s' })
  })
  shown((await violations(window)).map((found) => found.split(':')[0])).toEqual(expect.arrayContaining(['color-contrast', 'target-size']))
  shown(await overflowing(window)).not.toEqual([])
  shown(await moving(window, PANEL_MS)).toHaveLength(1)
  await window.emulateMedia({ forcedColors: 'active' })
  shown(await vanished(window)).not.toEqual([])
})
