import { setSizes } from '../support/axe.ts'
import { EVERY_PAGE, openPage, unfold } from '../support/every-page.ts'
import { walk } from '../support/keyboard-walk.ts'
import { openEverything } from '../support/openers.ts'
import { expect, test } from '../support/shared-window.ts'

for (const [name, hash] of EVERY_PAGE)
  test(`the keyboard alone goes through ${name} and back, opens what opens there, and returns`, async ({ shared: { page } }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await openPage(page, hash)
    await unfold(page)
    await walk(page)
    await setSizes(page, { width: 420, text: 100 })
    await openEverything(page, 'main')
  })

test('the keyboard alone goes through the menu, and opens and leaves what every page has', async ({ shared: { page } }) => {
  await openPage(page, '#/')
  await setSizes(page, { width: 1280, text: 100 })
  expect(await openEverything(page, 'header')).toBe(2)
})
