import { THEME, escaped, text } from './picture-parts.ts'
import type { Mode } from './arrivals.ts'
import type { BenchRow, Policy } from './rows.ts'

const POLICIES: readonly (readonly [Policy, string])[] = [
  ['noise10', 'Windfall, forecast with 10 % noise'],
  ['carboncast', 'Windfall, published forecast'],
  ['noForecast', 'Windfall, no forecast'],
  ['threshold30', 'Run below the 30th percentile'],
]
const PANELS: readonly (readonly [Mode, string])[] = [
  ['interruptible', 'may pause'],
  ['contiguous', 'runs in one piece'],
]
const [WIDTH, MARGIN, LABELS, BAR, LINE, GROUP_GAP, TOP] = [960, 28, 250, 14, 22, 20, 124] as const
/** Room to the right of the longest bar, for its figures. */
const FIGURES = 96
const PANEL_GAP = FIGURES + 12
const PANEL = (WIDTH - 2 * MARGIN - LABELS - PANEL_GAP - FIGURES) / 2
const panelX = (index: number): number => MARGIN + LABELS + index * (PANEL + PANEL_GAP)
const percent = (value: number): string => `${value.toFixed(1)} %`.replace('-', '−')

interface Scale {
  /** Largest saving shown, % . */
  readonly most: number
  readonly step: number
}

/** An axis of a few round steps that holds every bar. */
function scaleOf(rows: readonly BenchRow[]): Scale {
  const most = Math.max(1, ...rows.flatMap(({ limitPct, savingPct }) => [limitPct, savingPct]))
  const step = [1, 2, 5, 10, 20, 50].find((size) => most / size <= 4) ?? 100
  return { most: Math.ceil(most / step) * step, step }
}

const bar = (x: number, y: number, { length, look }: { readonly length: number; readonly look: string }): string =>
  `<rect class="${look}" x="${x}" y="${y}" width="${Math.max(0, length).toFixed(1)}" height="${BAR}" rx="2"/>`

function axis(panel: number, { most, step }: Scale, bottom: number): string {
  const marks = Array.from({ length: most / step + 1 }, (_, index) => index * step)
  return marks
    .map((mark) => {
      const x = panelX(panel) + (mark / most) * PANEL
      return `<line class="grid" x1="${x}" x2="${x}" y1="${TOP - 14}" y2="${bottom}"/>${text(x, TOP - 20, `${mark} %`, { look: 'soft', anchor: 'middle' })}`
    })
    .join('')
}

/** A saving within that of the limit. */
function savingBar(
  { savingPct, limitPct, capture, policy }: BenchRow,
  { x, y, unit }: { readonly x: number; readonly y: number; readonly unit: number },
): string {
  const end = x + Math.max(savingPct, limitPct) * unit + 6
  return (
    bar(x, y, { length: limitPct * unit, look: 'limit' }) +
    bar(x, y, { length: savingPct * unit, look: policy }) +
    text(end, y + BAR - 2.5, percent(savingPct)) +
    text(end + 54, y + BAR - 2.5, `${Math.round(capture * 100)} %`.replace('-', '−'), { look: 'soft' })
  )
}

/** All bars of one length of work, in both panels, below that of the limit; and how far down they reach. */
function group(rows: readonly BenchRow[], top: number, scale: Scale): { readonly svg: string; readonly bottom: number } {
  const [first] = rows
  const shown = POLICIES.filter(([policy]) => rows.some((row) => row.policy === policy))
  const lineAt = (line: number): number => top + line * LINE
  const names = ['Perfect foresight: the limit', ...shown.map(([, name]) => name)]
  const parts = [text(MARGIN, top + BAR - 3, `${first?.L} h of work, ${first?.S} h to spare`, { look: 'strong' })]
  parts.push(...names.map((name, line) => text(MARGIN + 14, lineAt(line + 1) + BAR - 2.5, name)))
  const unit = PANEL / scale.most
  for (const [panel, [mode]] of PANELS.entries()) {
    const inPanel = rows.filter((row) => row.mode === mode)
    const [x, limit] = [panelX(panel), inPanel[0]?.limitPct ?? 0]
    parts.push(bar(x, lineAt(1), { length: limit * unit, look: 'perfect' }), text(x + limit * unit + 6, lineAt(1) + BAR - 2.5, percent(limit)))
    for (const [line, [policy]] of shown.entries()) {
      const row = inPanel.find((one) => one.policy === policy)
      if (row) parts.push(savingBar(row, { x, y: lineAt(line + 2), unit }))
    }
  }
  return { svg: parts.join('\n'), bottom: lineAt(names.length + 1) + GROUP_GAP }
}

function described(rows: readonly BenchRow[]): string {
  const name = new Map(POLICIES)
  return rows
    .map(
      ({ L, S, mode, policy, savingPct, limitPct }) =>
        `${L} h of work, ${S} h to spare, ${mode}, ${name.get(policy)}: ${percent(savingPct)} of ${percent(limitPct)}.`,
    )
    .join(' ')
}

/**
 * One series and year as an SVG: how much carbon each policy saves, within what perfect foresight saves. Readable in light and dark, and by
 * a screen reader. `source` names whose data it is; empty without rows.
 */
export function picture(rows: readonly BenchRow[], source: string): string {
  const [first] = rows
  if (!first) return ''
  const scale = scaleOf(rows)
  const groups: string[] = []
  let y: number = TOP
  for (const one of Map.groupBy(rows, ({ L }) => L).values()) {
    const { svg, bottom } = group(one, y, scale)
    groups.push(svg)
    y = bottom
  }
  const title = `${first.zone} ${first.year}: carbon saved by choosing when to run`
  const notes = [
    `A job arrives in each of ${first.arrivals.toLocaleString('en')} hours. 0 % is starting at once. Beside each bar: grams saved, and the share of the limit that is.`,
    'Savings are counted on what was measured, not on what was forecast.',
    `Data: ${source}.`,
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 76}" role="img" aria-labelledby="title desc">
<title id="title">${escaped(title)}</title>
<desc id="desc">${escaped(`${notes.join(' ')} ${described(rows)}`)}</desc>
<style>${THEME}</style>
<rect class="page" width="${WIDTH}" height="${y + 76}" rx="10"/>
${text(MARGIN, 44, title, { look: 'title' })}
${PANELS.map(([, name], panel) => text(panelX(panel), 80, `The job ${name}`, { look: 'strong' }) + axis(panel, scale, y - GROUP_GAP + 4)).join('\n')}
${groups.join('\n')}
${notes.map((note, line) => text(MARGIN, y + 14 + line * 19, note, { look: 'soft' })).join('\n')}
</svg>
`
}
