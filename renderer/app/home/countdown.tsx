import { t } from '../../../shared/i18n/translate.ts'
import { formatCountdown } from '../../lib/format.ts'
import { rich } from '../../lib/rich.tsx'
import { useNow } from '../hooks.ts'
import css from './home.module.css'

/** What is left of a pause, by the second. A timer is not read out by itself. */
export function Countdown({ until }: { until: string }) {
  const left = Date.parse(until) - useNow(1_000)
  if (left <= 0) return t('Resumes any moment now.')
  return rich('Resumes in {left}.', {
    left: (
      <span role="timer" className={css['countdown']}>
        {formatCountdown(left)}
      </span>
    ),
  })
}
