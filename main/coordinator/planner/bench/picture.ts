import type { BenchRow, Policy } from './rows.ts'

const NAMES: Readonly<Record<Policy, string>> = {
  noise10: 'forecast, 10 % noise',
  noForecast: 'no forecast',
  carboncast: 'CarbonCast',
  threshold30: 'threshold, 30th percentile',
}
const COLOURS: Readonly<Record<Policy, string>> = { noise10: '#0f7b55', noForecast: '#4f9d83', carboncast: '#0f7b55', threshold30: '#a9a29a' }
const [WIDTH, LEFT, LINE, BAR] = [720, 250, 22, 13]

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Saving of each policy against the limit, as bars: one picture of one series and year. Both themes can read it. */
export function picture(rows: readonly BenchRow[]): string {
  const [first] = rows
  if (!first) return ''
  const scale = (WIDTH - LEFT - 100) / Math.max(1, ...rows.map(({ limitPct, savingPct }) => Math.max(limitPct, savingPct)))
  const groups = [...Map.groupBy(rows, ({ L, S, mode }) => `${L} h of work, ${S} h of slack, ${mode}`)]
  const parts: string[] = []
  let y = 52
  for (const [title, group] of groups) {
    const limit = group[0]?.limitPct ?? 0
    parts.push(
      `<text x="16" y="${y}" font-weight="600">${escaped(title)}</text><text x="${(LEFT + limit * scale + 6).toFixed(1)}" y="${y}">limit ${limit.toFixed(1)} %</text>`,
    )
    for (const { policy, savingPct } of group) {
      y += LINE
      parts.push(
        `<text x="28" y="${y}">${NAMES[policy]}</text><rect x="${LEFT}" y="${y - BAR + 2}" width="${(limit * scale).toFixed(1)}" height="${BAR}" fill="#8883"/>` +
          `<rect x="${LEFT}" y="${y - BAR + 2}" width="${(Math.max(0, savingPct) * scale).toFixed(1)}" height="${BAR}" fill="${COLOURS[policy]}"/>` +
          `<text x="${(LEFT + Math.max(limit, savingPct) * scale + 6).toFixed(1)}" y="${y}">${savingPct.toFixed(1)} %</text>`,
      )
    }
    y += LINE * 1.6
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${Math.round(y)}" font-family="system-ui, sans-serif" font-size="13" fill="#777">
<text x="16" y="26" font-size="16" font-weight="600">${escaped(first.zone)} ${first.year}: carbon saved against starting at once</text>
${parts.join('\n')}
</svg>
`
}
