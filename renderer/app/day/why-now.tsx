import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { runningText } from '../../lib/job-text.ts'
import { resumeText } from '../../lib/resume-text.ts'
import { displayWord } from '../../lib/words.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { ReasonList } from '../../ui/reason-list.tsx'
import { useNow } from '../hooks.ts'
import { useStatus } from '../queries.ts'
import css from './day.module.css'

const isAtWork = (status: AgentStatus | undefined): boolean => (status?.running.length ?? 0) > 0

/** The answer for this moment: every reason, and when work goes on. */
export function WhyNow() {
  const status = useStatus()
  const now = useNow()
  return (
    <Card
      title={isAtWork(status.data) ? t('Right now') : t('Why is nothing running?')}
      aside={status.data ? <Badge state={displayWord(status.data, now)} /> : null}
    >
      <Loaded query={status} what={t('what Windfall is doing')} skeleton={<SkeletonLines count={2} />}>
        {(data) => <Answer status={data} now={now} />}
      </Loaded>
    </Card>
  )
}

function Answer({ status, now }: { status: AgentStatus; now: number }) {
  const { reasons, running } = status
  if (reasons.length === 0 && isAtWork(status)) return <p>{runningText(running)}</p>
  if (reasons.length === 0) return <p>{t('Nothing stands in the way. The next job that fits this computer starts by itself.')}</p>
  const next = resumeText(reasons, now)
  return (
    <div className={css['why']}>
      <ReasonList reasons={reasons} now={now} />
      {next === '' ? null : <p>{next}</p>}
    </div>
  )
}
