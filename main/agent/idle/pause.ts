import { z } from 'zod'
import { type EpochMs, type MonotonicMs, epochMs, toIso } from '../../../shared/units.ts'
import { type Objection, objection } from './objection.ts'

/** Set by the owner, ended by the owner or by its own time, by nothing else. `until: null` waits for the owner. */
export const Pause = z.strictObject({ until: z.number().min(0).transform(epochMs).nullable() })
export type Pause = z.infer<typeof Pause>

export const UNTIL_RESUMED: Pause = { until: null }

/** What the owner asks for. `finish`: the job that runs may end, then Windfall pauses. */
export type OwnerRequest = { readonly ask: 'pause'; readonly until: EpochMs | null } | { readonly ask: 'resume' } | { readonly ask: 'finish' }

interface Wish {
  readonly pause: Pause | null
  readonly finishing: boolean
}

/** What the owner wants after a request, the passing of time, and the end of the last job. */
export function wishAfter(wish: Wish, request: OwnerRequest | undefined, at: { readonly now: EpochMs; readonly jobRunning: boolean }): Wish {
  const { pause, finishing } = asked(wish, request)
  const current = pause !== null && pause.until !== null && pause.until <= at.now ? null : pause
  return finishing && !at.jobRunning ? { pause: current ?? UNTIL_RESUMED, finishing: false } : { pause: current, finishing }
}

function asked(wish: Wish, request: OwnerRequest | undefined): Wish {
  if (request?.ask === 'pause') return { pause: { until: request.until }, finishing: false }
  if (request?.ask === 'resume') return { pause: null, finishing: false }
  return request?.ask === 'finish' ? { ...wish, finishing: true } : wish
}

export function pauseObjections(pause: Pause | null, mono: MonotonicMs): Objection[] {
  if (pause === null) return []
  if (pause.until === null) return [objection('user', 'Paused until you resume.', mono)]
  return [objection('user', 'Paused by you.', mono, { until: toIso(pause.until) })]
}
