import stringWidth from 'string-width'

/** How many columns of a terminal a text takes: two for an ideograph or an emoji, none for what combines or colours (UAX #11, UAX #29). */
export const widthOf = (text: string): number => stringWidth(text)

/** The text, and spaces up to so many columns. */
export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)))

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** At most so many columns of a text, with a sign where something is left out; never half a letter. */
export function shortened(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  for (const { segment } of letters.segment(text)) {
    if (widthOf(kept + segment) > width - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** Nothing is cut to less. */
const LEAST = 8

/**
 * How wide each column may be so that all of them fit into `room`, the widest first made narrower. The first one holds what a line is known by and what
 * has to be copied, so it stays as it is. Where nothing helps the lines are longer than the room.
 */
export function fittedWidths(widths: readonly number[], room: number): number[] {
  const fitted = widths.map((width, at) => (at === 0 ? width : Math.min(width, Math.max(LEAST, room))))
  for (let excess = fitted.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess -= 1) {
    const widest = fitted.reduce((best, width, at) => (at > 0 && (best === 0 || width > (fitted[best] ?? 0)) ? at : best), 0)
    const width = fitted[widest] ?? 0
    if (widest === 0 || width <= LEAST) return fitted
    fitted[widest] = width - 1
  }
  return fitted
}
