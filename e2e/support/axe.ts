import { type Page, expect } from '@playwright/test'
import axe from 'axe-core'
import { atRest } from './appearance.ts'

type Axe = typeof axe

declare global {
  /** In the world of a page, once its source was run there. */
  var axe: Axe
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const OPTIONS = { runOnly: { type: 'tag', values: TAGS }, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'], preload: false }

/** A way to look at a page. */
interface View {
  readonly colorScheme: 'light' | 'dark'
  readonly width: number
  /** How large text is beside what the page asks for, per cent. */
  readonly text: number
}

const VIEWS: readonly View[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 420].flatMap((width) => [100, 200].map((text) => ({ colorScheme, width, text }))),
)

/** A width, and a size of text in per cent, as somebody with low vision sets them. */
export async function setSizes(page: Page, { width, text }: Pick<View, 'width' | 'text'>): Promise<void> {
  await page.setViewportSize({ width, height: 720 })
  await page.evaluate((size) => {
    document.documentElement.style.fontSize = size
  }, `${text}%`)
}

/** What axe finds now: rules and the places that break them. */
export async function violations(page: Page): Promise<string[]> {
  const known = await page.evaluate(() => 'axe' in globalThis)
  if (!known) await page.evaluate(axe.source)
  await atRest(page)
  return page.evaluate(async (options) => {
    const { axe: here } = globalThis
    const results = await here.run(document, options as Parameters<typeof here.run>[1] & object)
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
  }, OPTIONS)
}

/** The two ends of each: what is well at both is well in between, where a page is made of parts that another one was looked at with in every view. */
export const EXTREME_VIEWS: readonly View[] = VIEWS.filter(({ width, text }) => (width === 1280) === (text === 100))

/** Nothing at WCAG 2.2 AA or of axe’s best practice on the page as it is: light and dark, wide and narrow, text as it is and twice as large. */
export async function expectAccessible(page: Page, views = VIEWS): Promise<void> {
  for (const view of views) {
    await page.emulateMedia({ colorScheme: view.colorScheme, reducedMotion: 'reduce' })
    await setSizes(page, view)
    expect(await violations(page), `${view.colorScheme}, ${view.width} px, text at ${view.text} %`).toEqual([])
  }
  await setSizes(page, { width: 1080, text: 100 })
}
