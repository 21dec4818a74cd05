/* oxlint-disable unicorn/consistent-function-scoping -- what runs in the page knows nothing outside itself */
/** What a page looks like to who needs it otherwise: forced colours, less motion, a narrow window with large text. */
import type { Page } from '@playwright/test'

/** Waits until every colour has arrived where it was going: one that is still on its way is neither the old nor the new. */
export const atRest = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
    return Promise.allSettled(ending.map(({ finished }) => finished.then(() => null)))
  })

/** What stands out to the side; nothing when everything fits. */
export const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const out = [...document.querySelectorAll('body *')].filter(
      (element) => element.checkVisibility() && element.getBoundingClientRect().right > clientWidth + 1,
    )
    return out.map((element) => `${element.localName}.${element.getAttribute('class')} ${(element.textContent ?? '').slice(0, 40)}`)
  })

/** What moves for longer than `mostMs`, or for ever. */
export const moving = (page: Page, mostMs: number): Promise<string[]> =>
  page.evaluate((most) => {
    const ms = (list: string) => Math.max(...list.split(',').map((one) => Number.parseFloat(one) * (one.trim().endsWith('ms') ? 1 : 1_000)))
    const found = new Set<string>()
    for (const element of document.querySelectorAll('*'))
      for (const part of [undefined, '::before', '::after']) {
        const { transitionDuration, animationName, animationDuration, animationIterationCount } = getComputedStyle(element, part)
        const lasts = Math.max(ms(transitionDuration), animationName === 'none' ? 0 : ms(animationDuration))
        const isEndless = animationName !== 'none' && animationIterationCount.includes('infinite')
        if (lasts > most || isEndless) found.add(`${element.localName}.${element.getAttribute('class')}${part ?? ''} ${lasts} ms`)
      }
    return [...found]
  }, mostMs)

/**
 * Where forced colours are on: what is drawn without a word and cannot be told from its ground any more (WCAG 1.4.11 asks for 3 to 1).
 * Boxes with nothing in them, pictures of which no shape is left, and buttons and fields that have neither a border nor a text.
 */
export async function vanished(page: Page): Promise<string[]> {
  await atRest(page)
  return page.evaluate(findVanished)
}

function findVanished(): string[] {
  const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number)
  const isClear = (colour: string) => colour === 'none' || colour === 'transparent' || channels(colour)[3] === 0
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (one: string, other: string) => {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
    return (light + 0.05) / (dark + 0.05)
  }
  const groundOf = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)'
    const { backgroundColor } = getComputedStyle(element)
    return isClear(backgroundColor) ? groundOf(element.parentElement) : backgroundColor
  }
  const stands = (colour: string, ground: string) => !isClear(colour) && contrast(colour, ground) >= 3
  const hasEdge = (element: Element) => {
    const style = getComputedStyle(element)
    const ground = groundOf(element.parentElement)
    const sides = ['top', 'right', 'bottom', 'left'].map((side) => [
      style.getPropertyValue(`border-${side}-width`),
      style.getPropertyValue(`border-${side}-style`),
      style.getPropertyValue(`border-${side}-color`),
    ])
    return (
      stands(style.backgroundColor, ground) ||
      sides.some(([width = '0', line = 'none', colour = 'none']) => Number.parseFloat(width) >= 1 && line !== 'none' && stands(colour, ground))
    )
  }
  const isShown = (element: Element) => {
    const { width, height } = element.getBoundingClientRect()
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && width >= 2 && height >= 2
  }
  const isDrawn = (shape: Element) => {
    const { fill, stroke, strokeWidth, opacity } = getComputedStyle(shape)
    const ground = groundOf(shape.closest('svg')?.parentElement ?? null)
    return Number(opacity) > 0.5 && (stands(fill, ground) || (Number.parseFloat(strokeWidth) >= 1 && stands(stroke, ground)))
  }
  const all = [...document.querySelectorAll('body *')]
  const boxes = all.filter((element) => element.matches('span, div, i') && element.childNodes.length === 0 && isShown(element) && !hasEdge(element))
  const pictures = all.filter((element) => {
    const shapes = element.localName === 'svg' && isShown(element) ? [...element.querySelectorAll('path, rect, line, circle, polyline, polygon, ellipse')] : []
    return shapes.some((shape) => !shape.matches('[fill=none]')) && !shapes.some(isDrawn)
  })
  const fields = all.filter(
    (element) => element.matches('input:not([type=range], [type=radio], [type=checkbox]), select, textarea') && isShown(element) && !hasEdge(element),
  )
  const nameOf = (element: Element) =>
    `${element.localName}.${element.getAttribute('class')} in ${element.parentElement?.localName}.${element.parentElement?.getAttribute('class')}`
  return [...new Set([...boxes, ...pictures, ...fields].map(nameOf))]
}
