/** What marks a letter, such as an accent, is no hindrance to finding it. */
const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss')

const PART_OF_WORD = /[\p{L}\p{N}]/u
const isStart = (text: string, at: number): boolean => at === 0 || !PART_OF_WORD.test(text[at - 1] ?? '')

/** Where a word of the text begins with what was typed; -1 if none does. */
function startOf(text: string, typed: string): number {
  for (let at = text.indexOf(typed); at >= 0; at = text.indexOf(typed, at + 1)) if (isStart(text, at)) return at
  return -1
}

/** Gaps between the letters typed, taken in order from a word's beginning; `null` if they are not all there. */
function gapsOf(text: string, typed: string): number | null {
  let best: number | null = null
  for (let start = text.indexOf(typed[0] ?? ''); start >= 0; start = text.indexOf(typed[0] ?? '', start + 1)) {
    if (!isStart(text, start)) continue
    const gaps = gapsFrom(text, typed, start)
    if (gaps !== null && (best === null || gaps < best)) best = gaps
  }
  return best
}

function gapsFrom(text: string, typed: string, start: number): number | null {
  let at = start
  let gaps = 0
  for (const letter of typed.slice(1)) {
    const next = text.indexOf(letter, at + 1)
    if (next < 0) return null
    // To go on at the beginning of a word is what initials do.
    if (next !== at + 1 && !isStart(text, next)) gaps++
    at = next
  }
  return gaps
}

const MOST_GAPS = 2

function scoreWord(text: string, typed: string): number | null {
  const start = startOf(text, typed)
  if (start >= 0) return start === 0 ? 100 : 90
  if (typed.length > 1 && text.includes(typed)) return 60
  const gaps = gapsOf(text, typed)
  return gaps === null || gaps > MOST_GAPS ? null : 40 - 10 * gaps
}

/**
 * How well a text answers what was typed: from 20 to 100, higher is better, `null` if a word of what was typed is not in it. A word is found by its
 * beginning, by a part, or by letters in their order that begin where a word begins, such as initials.
 */
export function fuzzyScore(typed: string, text: string): number | null {
  const words = fold(typed).split(/\s+/u).filter(Boolean)
  const folded = fold(text)
  let sum = 0
  for (const word of words) {
    const score = scoreWord(folded, word)
    if (score === null) return null
    sum += score
  }
  return words.length === 0 ? 100 : sum / words.length
}
