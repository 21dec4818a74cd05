import { t } from '../../../shared/i18n/translate.ts'
import { hrefOf } from '../../lib/router.ts'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { useLink } from '../hooks.ts'
import { ChecksCard } from './checks-card.tsx'
import { useVersions } from './diagnosis-queries.ts'
import { LogCard } from './log-card.tsx'
import { ReportCard } from './report-card.tsx'

/** What is in order on this computer and what is not, what Windfall has written down, and what may be shown to somebody who helps. */
export function DiagnosticsPage() {
  const link = useLink()
  const closed = link.state === 'lost' || link.state === 'refused'
  return (
    <Page title={t('Diagnostics')} above={<a href={hrefOf({ page: 'machine' })}>{t('This machine')}</a>}>
      {closed ? <WithoutAgent /> : null}
      <ChecksCard closed={closed} />
      <LogCard closed={closed} />
      <VersionsCard />
      <ReportCard closed={closed} />
    </Page>
  )
}

function VersionsCard() {
  const query = useVersions()
  return (
    <Card title={t('Versions')}>
      <Loaded query={query} what={t('the versions')} skeleton={<SkeletonLines count={3} />}>
        {({ versions }) => (
          <Facts rows={Object.fromEntries(versions.map(({ name, version }) => [name === 'system' ? t('Operating system') : name, version]))} />
        )}
      </Loaded>
    </Card>
  )
}

/** What can be said although the agent says nothing. */
const WithoutAgent = () => (
  <div className={prose['lead']}>
    <p>{t('The agent does not answer, so what stands below is from before. Without it you can still do this:')}</p>
    <ol>
      <li>{t('Start Windfall again, if it was quit.')}</li>
      <li>
        {t('Run the same checks on the command line:')} <code>windfall doctor</code>
      </li>
      <li>{t('If it does not start at all, its last words are in the log of your system, or in the terminal it was started from.')}</li>
    </ol>
  </div>
)
