import type { Reason } from '../../../shared/contract/policy.ts'
import { toIso } from '../../../shared/units.ts'
import type { Rule } from './rule.ts'

/** As far as forecasts and prices are known, and nobody plans further. */
export const OUTLOOK_MS = 48 * 3_600_000
const MINUTE_MS = 60_000

export interface Outlook {
  /** What the rules have against a start now, one by one. */
  readonly reasons: readonly Reason[]
  /** The first moment at which none of them has, by what is known now; `null` if there is none within 48 hours. Epoch milliseconds. */
  readonly next: number | null
}

const minuteCeil = (at: number): number => Math.ceil(at / MINUTE_MS) * MINUTE_MS

/** The first whole minute in `(from, to)` at which `agrees`, of a rule that agrees from some moment on; `null` if it never does. */
function firstMinute(agrees: (at: number) => boolean, from: number, to: number): number | null {
  let [no, yes] = [from, Math.floor((to - 1) / MINUTE_MS) * MINUTE_MS]
  if (yes <= no || !agrees(yes)) return null
  for (let first = minuteCeil(no + 1); first < yes; first = minuteCeil(no + 1)) {
    const middle = Math.max(first, Math.floor((no + yes) / 2 / MINUTE_MS) * MINUTE_MS)
    if (agrees(middle)) yes = middle
    else no = middle
  }
  return yes
}

/** Why no job starts now, and the first moment at which every rule agrees: an edge of one of them, or a whole minute in between. */
export function startOutlook(rules: readonly Rule[], now: number): Outlook {
  const reasons = rules.flatMap(({ against }) => against(now) ?? [])
  if (reasons.length === 0) return { reasons, next: now }
  const end = now + OUTLOOK_MS
  const edges = new Set(rules.flatMap((rule) => rule.edges).filter((edge) => edge > now && edge < end))
  const points = [now, ...[...edges].toSorted((a, b) => a - b), end]
  const agrees = (at: number): boolean => rules.every(({ against }) => against(at) === null)
  for (const [index, from] of points.entries()) {
    const to = points[index + 1]
    if (to === undefined) break
    if (agrees(from)) return { reasons, next: from }
    const within = firstMinute(agrees, from, to)
    if (within !== null) return { reasons, next: within }
  }
  return { reasons, next: null }
}

/** What an {@link Outlook} says, in words. */
export function describeOutlook({ reasons, next }: Outlook): string {
  if (reasons.length === 0) return 'Your hours, your prices and the grid allow a start now.'
  if (next !== null) return `Next start, by what is known now: ${toIso(next)}.`
  return reasons.some(({ code }) => code === 'grid-stale')
    ? 'Nobody can say when the next start is, as long as there is no fresh forecast.'
    : 'There is no start in sight within the next 48 hours, as far as forecasts and prices are known.'
}
