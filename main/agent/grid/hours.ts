import { toIso } from '../../../shared/units.ts'
import { OUTLOOK_MS } from './outlook.ts'
import type { Rule } from './rule.ts'

/** What the owner's weekly hours say at a moment, and until when; `until` is `null` if that never changes. */
export type HoursAt = (at: number) => { readonly allowed: boolean; readonly until: number | null }

interface Stretch {
  readonly from: number
  readonly to: number
  readonly allowed: boolean
}

function stretchesOf(hoursAt: HoursAt, now: number): readonly Stretch[] {
  const stretches: Stretch[] = []
  for (let from = now; from < now + OUTLOOK_MS; ) {
    const { allowed, until } = hoursAt(from)
    const to = until ?? Infinity
    stretches.push({ from, to, allowed })
    from = to
  }
  return stretches
}

/** The owner's weekly hours as one of the rules of a start. */
export function hoursRule(hoursAt: HoursAt, now: number): Rule {
  const stretches = stretchesOf(hoursAt, now)
  return {
    against(at) {
      const stretch = stretches.find(({ from, to }) => from <= at && at < to)
      if (!stretch || stretch.allowed) return null
      const until = Number.isFinite(stretch.to) ? toIso(stretch.to) : null
      return { code: 'schedule', message: 'Your weekly schedule does not allow work now.', until }
    },
    edges: stretches.map(({ from }) => from),
  }
}
