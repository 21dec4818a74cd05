import type { Reason } from '../../shared/contract/policy.ts'
import { reasonTitle } from '../../shared/domain/reason-words.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatMoment, formatRelative } from '../lib/format.ts'
import { Foreign } from './foreign.tsx'
import css from './reason-list.module.css'

/** Every reason at once, each with the time at which it is expected to end. */
export const ReasonList = ({ reasons, now }: { reasons: readonly Reason[]; now: number }) => (
  <ul className={css['reasons']} aria-label={t('What stands in the way')}>
    {reasons.map((reason) => (
      <li key={reason.code}>
        <strong>{reasonTitle(reason.code)}</strong>
        {reason.message === `${reasonTitle(reason.code)}.` ? null : (
          <span className={css['message']}>
            <Foreign>{reason.message}</Foreign>
          </span>
        )}
        <span className={css['until']}>{untilText(reason, now)}</span>
      </li>
    ))}
  </ul>
)

function untilText({ code, until }: Reason, now: number): string {
  if (until !== null) return t('Until {time}, {relative}', { time: formatMoment(until, now), relative: formatRelative(until, now) })
  if (code === 'consent') return t('Until you agree')
  return code === 'user' ? t('Until you resume') : t('End not known')
}
