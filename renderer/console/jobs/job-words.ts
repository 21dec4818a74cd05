import type { JobView } from '../../../shared/contract/job.ts'
import type { PlanAnswer } from '../../../shared/contract/plan.ts'
import type { Word } from '../../lib/words.ts'
import { word } from '../words.ts'

export type Exclusion = PlanAnswer['out'][number]['reason']

/** Why a machine cannot take a job. */
export const EXCLUSION: Readonly<Record<Exclusion, string>> = {
  offline: 'offline',
  paused: 'paused by their owner',
  busy: 'busy',
  runtime: 'without the runtime',
  gpu: 'without enough GPUs',
  vram: 'without enough GPU memory',
  ram: 'without enough memory',
  zone: 'in a zone that the job may not go to',
  'carbon-cap': 'over the carbon cap',
  price: 'above the price',
  deadline: 'not done by the deadline',
  'no-signal': 'in a zone whose grid is not known',
  capacity: 'taken by other jobs until the deadline',
  'given-back': 'gave it back a moment ago',
  reputation: 'not trusted as far as the job asks',
  quota: 'had as many results today as they may have',
  owner: 'of an owner that has a result of it already',
}

type Excluded = Readonly<Partial<Record<Exclusion, number>>>

/** How many machines each reason keeps out, most first. */
export const excludedRows = (excluded: Excluded): readonly { readonly reason: Exclusion; readonly text: string; readonly count: number }[] =>
  Object.entries(excluded)
    .flatMap(([reason, count]) => (count > 0 ? [{ reason: reason as Exclusion, text: EXCLUSION[reason as Exclusion], count }] : []))
    .toSorted((a, b) => b.count - a.count)

const ATTEMPT: Readonly<Record<JobView['attempts'][number]['state'], Word>> = {
  leased: word('slate', 'half-right', 'Leased'),
  running: word('leaf', 'drop', 'Running'),
  verifying: word('slate', 'half-right', 'Verifying'),
  succeeded: word('leaf', 'check', 'Succeeded'),
  held: word('slate', 'half', 'Held for comparison'),
  'given-back': word('slate', 'arrow', 'Given back, goes on'),
  failed: word('madder', 'cross', 'Failed'),
  lost: word('honey', 'bang', 'Lost'),
}
export const attemptWord = (state: JobView['attempts'][number]['state']): Word => ATTEMPT[state]

type Verdict = NonNullable<JobView['quorum']>['results'][number]['verdict']
export const VERDICT: Readonly<Record<Verdict, string>> = {
  waiting: 'waits for others',
  agrees: 'agrees',
  differs: 'differs',
  unconfirmed: 'counts, though nobody repeated it',
  undecided: 'too few agree with it',
}

const ENDED: ReadonlySet<JobView['state']> = new Set<JobView['state']>(['completed', 'failed', 'expired', 'cancelled'])
const AGAIN: ReadonlySet<JobView['state']> = new Set<JobView['state']>(['failed', 'expired', 'cancelled'])
const HELD: ReadonlySet<JobView['state']> = new Set<JobView['state']>(['planned', 'leased', 'running'])

export const hasEnded = ({ state }: Pick<JobView, 'state'>): boolean => ENDED.has(state)
/** Whether it can be submitted again under another id. */
export const mayBeDoneAgain = ({ state, doneAgainAs }: { readonly state: JobView['state']; readonly doneAgainAs: string | null }): boolean =>
  AGAIN.has(state) && doneAgainAs === null
/** Whether a machine has it, or is about to. */
export const mayBeTakenBack = ({ state }: Pick<JobView, 'state'>): boolean => HELD.has(state)
