import type { Reason } from '../../shared/contract/policy.ts'
import { nextChange } from '../../shared/domain/reason-words.ts'
import { t } from '../../shared/i18n/translate.ts'
import { formatAt, formatMoment, formatRelative } from './format.ts'

/** When work goes on, in one sentence; empty where nothing stands in the way, or only the owner knows. */
export function resumeText(reasons: readonly Reason[], now: number): string {
  const next = nextChange(reasons)
  if (next === null || reasons.some(({ code, until }) => code === 'consent' || (code === 'user' && until === null))) return ''
  const { notBefore, isCertain } = next
  const count = reasons.length
  if (notBefore === null)
    return t('Resumes once {count, plural, one {that is over} other {all of that is over}}; when that will be, nobody can know.', { count })
  if (Date.parse(notBefore) <= now && isCertain) return t('Resumes any moment now.')
  if (Date.parse(notBefore) <= now) return t('Resumes once {count, plural, one {that is over} other {all of that is over}}.', { count })
  const time = formatMoment(notBefore, now)
  if (!isCertain) return t('Resumes once {count, plural, one {that is over} other {all of that is over}}, not before {time}.', { count, time })
  return t('Resumes {at}, {relative}.', { at: formatAt(notBefore, now), relative: formatRelative(notBefore, now) })
}
