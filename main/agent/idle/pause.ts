import { z } from 'zod'
import { type EpochMs, type MonotonicMs, epochMs, toIso } from '../../../shared/units.ts'
import { type Objection, objection } from './objection.ts'

/** Set by the owner, ended by the owner or by its own time, by nothing else. `until: null` waits for the owner. */
export const Pause = z.strictObject({ until: z.number().min(0).transform(epochMs).nullable() })
export type Pause = z.infer<typeof Pause>

export const UNTIL_RESUMED: Pause = { until: null }

/** As long as the owner can let jobs run beside themselves. */
export const LONGEST_ANYWAY_S = 24 * 3_600

/** The owner lets jobs run although they are present, or outside their own hours. Ended by its own time, by the owner, and by a pause. */
export const Anyway = z.strictObject({ until: z.number().min(0).transform(epochMs), lengthS: z.number().min(0).max(LONGEST_ANYWAY_S) })
type Anyway = z.infer<typeof Anyway>

/** What the owner asks for. `finish`: the job that runs may end, then Windfall pauses. `anyway`: while paused, it changes nothing. */
export type OwnerRequest =
  | { readonly ask: 'pause'; readonly until: EpochMs | null }
  | { readonly ask: 'resume' | 'finish' }
  | { readonly ask: 'anyway'; readonly until: EpochMs }

interface Wish {
  readonly pause: Pause | null
  readonly finishing: boolean
  /** `null` while there is a pause: that one wins. */
  readonly anyway: Anyway | null
}

interface Moment {
  readonly now: EpochMs
  readonly jobRunning: boolean
}

const NONE: Wish = { pause: null, finishing: false, anyway: null }

/** What the owner wants after a request, the passing of time, and the end of the last job. */
export function wishAfter(wish: Wish, request: OwnerRequest | undefined, { now, jobRunning }: Moment): Wish {
  const after = timely(asked(timely(wish, now), request, now), now)
  return after.finishing && !jobRunning ? { ...NONE, pause: UNTIL_RESUMED } : after
}

function timely({ pause, finishing, anyway }: Wish, now: EpochMs): Wish {
  const isOver = pause !== null && pause.until !== null && pause.until <= now
  return { pause: isOver ? null : pause, finishing, anyway: anyway && anywayAt(anyway, now) }
}

/** An end further away than its length was set by another clock. */
function anywayAt({ until, lengthS }: Anyway, now: EpochMs): Anyway | null {
  const end = Math.min(until, now + lengthS * 1_000)
  return end > now ? { until: epochMs(end), lengthS } : null
}

function asked(wish: Wish, request: OwnerRequest | undefined, now: EpochMs): Wish {
  switch (request?.ask) {
    case 'pause':
      return { ...NONE, pause: { until: request.until } }
    case 'resume':
      return NONE
    case 'finish':
      return { ...wish, finishing: true }
    case 'anyway':
      return wish.pause ? wish : { ...wish, anyway: { until: request.until, lengthS: Math.min(LONGEST_ANYWAY_S, Math.max(0, (request.until - now) / 1_000)) } }
    case undefined:
      return wish
  }
}

export function pauseObjections(pause: Pause | null, mono: MonotonicMs): Objection[] {
  if (pause === null) return []
  if (pause.until === null) return [objection('user', 'Paused until you resume.', mono)]
  return [objection('user', 'Paused by you.', mono, { until: toIso(pause.until) })]
}
