import type { Display, Reason } from '../../../shared/contract/policy.ts'

export interface DisplayInput {
  readonly reasons: readonly Pick<Reason, 'code'>[]
  readonly jobRunning: boolean
  /** The job that runs is the last one for now. */
  readonly finishing: boolean
  /** Something is wrong that the owner may have to put right. */
  readonly fault: boolean
}

/** The one word that tray, window and command line show. */
export function displayOf({ reasons, jobRunning, finishing, fault }: DisplayInput): Display {
  const has = (code: Reason['code']) => reasons.some((reason) => reason.code === code)
  if (fault || has('blocked')) return 'action-needed'
  if (has('user')) return 'paused'
  if (has('consent')) return 'action-needed'
  if (finishing) return 'finishing'
  if (reasons.length > 0) return 'waiting'
  return jobRunning ? 'earning' : 'ready'
}
