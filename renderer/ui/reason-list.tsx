import type { Reason } from '../../shared/contract/policy.ts'
import { REASON_TITLE } from '../../shared/domain/reason-words.ts'
import { formatMoment, formatRelative } from '../lib/format.ts'
import css from './reason-list.module.css'

/** Every reason at once, each with the time at which it is expected to end. */
export const ReasonList = ({ reasons, now }: { reasons: readonly Reason[]; now: number }) => (
  <ul className={css['reasons']} aria-label="What stands in the way">
    {reasons.map((reason) => (
      <li key={reason.code}>
        <strong>{REASON_TITLE[reason.code]}</strong>
        {reason.message === `${REASON_TITLE[reason.code]}.` ? null : <span className={css['message']}>{reason.message}</span>}
        <span className={css['until']}>{untilText(reason, now)}</span>
      </li>
    ))}
  </ul>
)

function untilText({ code, until }: Reason, now: number): string {
  if (until !== null) return `Until ${formatMoment(until, now)}, ${formatRelative(until, now)}`
  return code === 'user' ? 'Until you resume' : 'End not known'
}
