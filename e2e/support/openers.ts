/** What opens above a page when a button is pressed, tried with the keyboard alone. */
import { type Page, expect } from '@playwright/test'

const OPENED = ':popover-open, dialog:modal'

/** Opens and closes everything that opens from within `place`, a CSS selector. Returns how many there are. */
export async function openEverything(page: Page, place: string): Promise<number> {
  const openers = await page.locator(`${place} :is(button[popovertarget], button[aria-haspopup]):not(:disabled)`).filter({ visible: true }).all()
  for (const opener of openers) {
    const name = await opener.innerText()
    await opener.focus()
    await page.keyboard.press('Enter')
    await expect(page.locator(OPENED), name).toHaveCount(1)
    expect(await page.evaluate(lookAtOpened, OPENED), name).toEqual([])
    await goThrough(page, name)
    await page.keyboard.press('Escape')
    await expect(page.locator(OPENED), name).toHaveCount(0)
    expect(await opener.evaluate((button) => button === document.activeElement), `${name} has the focus again`).toBe(true)
  }
  return openers.length
}

/** The Tab key goes into what opened, through it, and out of a dialog not at all. */
async function goThrough(page: Page, name: string): Promise<void> {
  const inside = page.locator(`:is(${OPENED}) :is(button:not(:disabled), a[href], input, select, summary)`)
  const count = (await inside.filter({ visible: true }).count()) + 1
  const isModal = (await page.locator('dialog:modal').count()) > 0
  for (let press = 0; press < (isModal ? count : Math.min(count - 1, 2)); press++) {
    await page.keyboard.press('Tab')
    const where = await page.evaluate((opened) => {
      const at = document.activeElement
      if (at === null || at === document.body) return 'nowhere'
      return at.closest(opened) === null ? 'outside' : 'inside'
    }, OPENED)
    expect(isModal ? ['inside', 'nowhere'] : ['inside'], `${name}, after ${press + 1} times Tab`).toContain(where)
  }
}

/** Runs in the page: what is wrong with what has just opened. */
function lookAtOpened(opened: string): string[] {
  const panel = document.querySelector(opened)
  if (panel === null) return ['it is not there']
  const { left, right, top, bottom, width, height } = panel.getBoundingClientRect()
  const isSeen = width > 1 && height > 1 && left >= -1 && right <= innerWidth + 1 && top >= -1 && bottom <= innerHeight + 1
  const hasName = panel.hasAttribute('aria-label') || panel.hasAttribute('aria-labelledby') || panel.getAttribute('role') === 'note'
  const keepsFocus = panel.localName !== 'dialog' || panel.contains(document.activeElement)
  return [
    isSeen ? '' : `it is not on the screen: ${[left, top, right, bottom].map(Math.round).join(' ')}`,
    hasName ? '' : 'it has no name',
    keepsFocus ? '' : 'it did not take the focus',
  ].filter(Boolean)
}
