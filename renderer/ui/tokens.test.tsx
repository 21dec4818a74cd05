import { describe, expect, test } from 'vitest'
import source from './tokens.css?raw'

type Scheme = 'light' | 'dark'

const colours = new Map(
  [...source.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]),
)

function colour(name: string, scheme: Scheme): string {
  const found = colours.get(name)?.[scheme]
  if (found === undefined) throw new Error(`there is no colour --${name}`)
  return found
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((start) => {
    const channel = Number.parseInt(hex.slice(start, start + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a: string, b: string): number {
  const [x = 0, y = 0] = [luminance(a), luminance(b)].toSorted((p, q) => q - p)
  return (x + 0.05) / (y + 0.05)
}

const TEXT = 4.5
const STRONG_TEXT = 7
const SHAPE = 3
const needed: readonly (readonly [front: string, back: string, ratio: number])[] = [
  ...['bg', 'surface', 'sunken', 'leaf-tint', 'slate-tint', 'honey-tint', 'madder-tint'].map((back) => ['ink', back, STRONG_TEXT] as const),
  ...['ink-2', 'ink-3'].flatMap((front) => ['bg', 'surface', 'sunken'].map((back) => [front, back, TEXT] as const)),
  ...['leaf', 'slate', 'honey', 'madder'].flatMap((tone) => ['bg', 'surface', 'sunken', `${tone}-tint`].map((back) => [tone, back, TEXT] as const)),
  ['on-leaf', 'leaf', TEXT],
  ['on-leaf', 'leaf-hover', TEXT],
  ...['bg', 'surface', 'sunken', 'leaf-tint'].map((back) => ['focus', back, SHAPE] as const),
  ...['bg', 'surface'].map((back) => ['line-strong', back, SHAPE] as const),
]

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  test.each(needed)('%s on %s is at least %d : 1', (front, back, ratio) => {
    expect(contrast(colour(front, scheme), colour(back, scheme))).toBeGreaterThanOrEqual(ratio)
  })
})
