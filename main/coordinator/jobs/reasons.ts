/** Why a job waits, in words and for programs. Pure. */
import type { Exclusion, Plan } from '../../../shared/contract/plan.ts'
import { EXCLUSION_REMEDY, EXCLUSION_WORDS } from '../../../shared/domain/exclusion-words.ts'
import type { WaitingReason } from '../../../shared/domain/waiting-reasons.ts'
import { fromIso } from '../../../shared/units.ts'
import type { Excluded } from './jobs.store.ts'
import { LEASE_LEAD_MS } from './leases.ts'

export interface Waiting {
  readonly reason: WaitingReason
  readonly message: string
}

/** `waiting.<the constraint that excludes most nodes>`, and sentences that count them all and say what would have to change. */
export function explainExclusions(excluded: Excluded, nodes: number): Waiting {
  if (nodes === 0) return { reason: 'waiting.nodes', message: 'No machine is enrolled yet.' }
  const counts = (Object.entries(excluded) as [Exclusion, number][]).toSorted(([, a], [, b]) => b - a)
  const [most] = counts
  if (!most) return { reason: 'waiting.nodes', message: 'No machine can take this job now.' }
  const listed = counts.map(([exclusion, count]) => `${count} ${EXCLUSION_WORDS[exclusion]}`).join(', ')
  return { reason: `waiting.${most[0]}`, message: `No machine can take this job now: ${listed}. ${EXCLUSION_REMEDY[most[0]]}` }
}

/** A planned job waits for its window, and from shortly before that opens for its machine. `hasRun`: it goes on from its checkpoint. */
export function explainWindow({ zone, window }: Pick<Plan, 'zone' | 'window'>, { now, hasRun }: { readonly now: number; readonly hasRun: boolean }): Waiting {
  if (fromIso(window.from) - now <= LEASE_LEAD_MS) return { reason: 'waiting.node', message: `Its window in ${zone} is open; waits for the machine.` }
  const message = hasRun
    ? `It has run, and goes on from its checkpoint in its next window in ${zone}, which opens at ${window.from}.`
    : `Waits for its window in ${zone}, which opens at ${window.from}.`
  return { reason: 'waiting.window', message }
}
