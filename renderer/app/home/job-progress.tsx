import type { AgentJob } from '../../../shared/contract/agent-job.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatPercent } from '../../lib/format.ts'
import css from './home.module.css'

/** How far a job has come; nothing where nobody can tell. */
export function JobProgress({ job: { name, progress } }: { job: Pick<AgentJob, 'name' | 'progress'> }) {
  if (progress === null) return null
  return (
    <span className={css['progress']}>
      <progress max={1} value={progress} aria-label={t('Progress of {name}', { name })} />
      <span>{formatPercent(progress)}</span>
    </span>
  )
}
