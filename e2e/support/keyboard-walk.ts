/* oxlint-disable unicorn/consistent-function-scoping -- what runs in the page knows nothing outside itself */
/** A walk through a page with nothing but the Tab key. */
import { type Page, expect } from '@playwright/test'
import { setSizes } from './axe.ts'

/** More than any page needs. */
const MOST_PRESSES = 500

interface Stop {
  /** Tells it from every other stop of the page. */
  readonly key: string
  /** What is wrong with it. */
  readonly wrong: readonly string[]
  /** Another part of the same field, such as the month of a date. */
  readonly isPart: boolean
}

/** Goes through the content of the page from its skip link to its end, and back. */
export async function walk(page: Page): Promise<void> {
  await setSizes(page, { width: 1280, text: 100 })
  await page.evaluate(prepareWalk)
  await page.evaluate(() => document.querySelector('button')?.focus())
  await expect(page.locator('button:focus')).toHaveText('Skip to content')
  await page.keyboard.press('Enter')
  await expect(page.locator('main')).toBeFocused()
  const there = await stops(page, 'Tab')
  expect(wrongAt(there)).toEqual([])
  expect(await page.evaluate(neverReached), 'never reached').toEqual([])
  const back = await stops(page, 'Shift+Tab')
  expect(wrongAt(back), 'on the way back').toEqual([])
  expect(back.map(({ key }) => key)).toEqual(there.map(({ key }) => key).toReversed())
}

const wrongAt = (stopped: readonly Stop[]): string[] => stopped.flatMap(({ key, wrong }) => wrong.map((what) => `${key} ${what}`))

async function stops(page: Page, key: 'Tab' | 'Shift+Tab'): Promise<Stop[]> {
  const met: Stop[] = []
  for (let press = 0; press < MOST_PRESSES; press++) {
    await page.keyboard.press(key)
    const stop = await page.evaluate(lookAtStop)
    if (stop === null) return met
    if (!stop.isPart) met.push(stop)
  }
  throw new Error(
    `The focus never leaves the page: ${met
      .slice(-5)
      .map((stop) => stop.key)
      .join(', ')}`,
  )
}

interface Walk {
  expected: Element[]
  met: Set<Element>
  last: Element | null
  isBack: boolean
}

declare global {
  /** In the world of a page. */
  var keyboardWalk: Walk
}

/** Runs in the page: notes what must be reached. */
function prepareWalk(): void {
  const INTERACTIVE = 'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]'
  const isStop = (element: Element): boolean => {
    if (!(element instanceof HTMLElement) || element.tabIndex < 0 || element.matches(':disabled, [inert] *, :popover-open *')) return false
    if (!element.checkVisibility({ visibilityProperty: true })) return false
    if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true
    const group = [...document.querySelectorAll<HTMLInputElement>('input[type=radio]')].filter(({ name }) => name === element.name)
    return element.checked || (group[0] === element && !group.some(({ checked }) => checked))
  }
  const expected = [...document.querySelectorAll(`main :is(${INTERACTIVE})`)].filter(isStop)
  globalThis.keyboardWalk = { expected, met: new Set(), last: null, isBack: false }
}

/** Runs in the page: names of what was there all the time and had no turn, and of what only a pointer can use. */
function neverReached(): string[] {
  const { keyboardWalk: walk } = globalThis
  const nameOf = (element: Element) => `${element.localName} “${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 60)}”`
  const forPointer = [...document.querySelectorAll('main *')].filter(
    (element) =>
      getComputedStyle(element).cursor === 'pointer' &&
      element.checkVisibility() &&
      element.closest('a, button, label, summary, select, input, [tabindex="0"]') === null,
  )
  walk.isBack = true
  return [...walk.expected.filter((element) => element.isConnected && !walk.met.has(element)), ...forPointer].map(nameOf)
}

/** Runs in the page: where the focus is now, or `null` outside the content. */
function lookAtStop(): Stop | null {
  const { keyboardWalk: walk } = globalThis
  const at = document.activeElement
  if (!(at instanceof HTMLElement) || at.closest('main') === null || at.localName === 'main') return null
  const box = at.getBoundingClientRect()
  const line = at.getClientRects()[0] ?? box
  // What is larger than a target needs to be may be seen in part (WCAG 2.4.11).
  const LEAST_PX = 24
  const isSeen = () => {
    const height = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0)
    const width = Math.min(box.right, innerWidth) - Math.max(box.left, 0)
    return box.width >= 1 && box.height >= 1 && width >= Math.min(box.width - 1, LEAST_PX) && height >= Math.min(box.height - 1, LEAST_PX)
  }
  const isCovered = () => {
    const top = document.elementFromPoint(line.left + line.width / 2, line.top + line.height / 2)
    return top !== null && !at.contains(top) && !top.contains(at)
  }
  const isRinged = (element: Element | null) => {
    const { outlineStyle, outlineWidth } = element ? getComputedStyle(element) : { outlineStyle: 'none', outlineWidth: '0' }
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
  }
  const isOutOfOrder = () => {
    if (walk.isBack || walk.last === null || walk.last === at || !walk.last.isConnected) return false
    if (!(walk.last.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING)) return true
    const before = walk.last.getBoundingClientRect()
    const isAbove = box.bottom <= before.top && box.left < before.right
    const isLeft = box.right <= before.left && box.top < before.bottom && box.bottom <= before.bottom
    return isAbove || isLeft
  }
  const isPart = walk.last === at && at instanceof HTMLInputElement && /^(date|time|month|week)/.test(at.type)
  const wrong = [
    isSeen() ? '' : 'is not on the screen',
    isCovered() ? 'is covered by something' : '',
    isRinged(at) || isRinged(at.closest('label')) ? '' : 'does not show that it has the focus',
    isOutOfOrder() ? 'comes after something that stands behind it' : '',
  ].filter(Boolean)
  walk.met.add(at)
  walk.last = at
  const label = at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : null
  const about = [at.getAttribute('href'), at.id, at.getAttribute('name'), at.getAttribute('aria-label') ?? label ?? at.textContent?.trim().slice(0, 60)]
  const key = `${at.localName} ${about.filter(Boolean).join(' ')}`
  return { key, wrong, isPart }
}
