/** Colours for both themes; contrast of all text is at least 4.5 : 1 on its ground. */
export const THEME = `
svg { --page: #ffffff; --ink: #1d2a26; --soft: #5b6a65; --grid: #e4e9e7; --limit: #e6ebe9; --perfect: #93a39d; --ours: #0f7b55; --own: #5fb08f; --rule: #d9932f }
@media (prefers-color-scheme: dark) {
  svg { --page: #121a17; --ink: #e8efec; --soft: #9fb0aa; --grid: #24302b; --limit: #26322d; --perfect: #8a9b94; --ours: #3ecf98; --own: #2a8a66; --rule: #c98a35 }
}
text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: var(--ink) }
.title { font-size: 20px; font-weight: 650 } .strong { font-weight: 650 } .soft { fill: var(--soft); font-size: 12px }
.page { fill: var(--page) } .grid { stroke: var(--grid) } .limit { fill: var(--limit) } .perfect { fill: var(--perfect) }
.noise10, .carboncast { fill: var(--ours) } .noForecast { fill: var(--own) } .threshold30 { fill: var(--rule) }
`

export const escaped = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Words at a place, by the classes of {@link THEME}. */
export function text(x: number, y: number, words: string, { look = '', anchor = 'start' } = {}): string {
  return `<text${look ? ` class="${look}"` : ''} x="${x.toFixed(1)}" y="${y.toFixed(1)}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escaped(words)}</text>`
}
