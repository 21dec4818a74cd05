import type { Reason } from '../../shared/contract/policy.ts'
import { nextChange } from '../../shared/domain/reason-words.ts'
import { formatAt, formatMoment, formatRelative } from './format.ts'

/** When work goes on, in one sentence; empty where nothing stands in the way, or only the owner knows. */
export function resumeText(reasons: readonly Reason[], now: number): string {
  const next = nextChange(reasons)
  if (next === null || reasons.some(({ code, until }) => code === 'user' && until === null)) return ''
  const { notBefore, isCertain } = next
  const all = reasons.length === 1 ? 'that is over' : 'all of that is over'
  if (notBefore === null) return `Resumes once ${all}; when that will be, nobody can know.`
  if (Date.parse(notBefore) <= now) return isCertain ? 'Resumes any moment now.' : `Resumes once ${all}.`
  if (!isCertain) return `Resumes once ${all}, not before ${formatMoment(notBefore, now)}.`
  return `Resumes ${formatAt(notBefore, now)}, ${formatRelative(notBefore, now)}.`
}
