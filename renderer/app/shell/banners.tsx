import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatMoment } from '../../lib/format.ts'
import type { LinkState } from '../../lib/link.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Foreign } from '../../ui/foreign.tsx'
import { useLink, useNow } from '../hooks.ts'
import { useStatus } from '../queries.ts'
import { useServices } from '../services.ts'
import { useShell } from '../shell-queries.ts'
import { Notes, isGone } from './notes.tsx'
import css from '../../ui/shell.module.css'

/** What stands between the owner and the world: the agent out of reach, or the coordinator. */
export function Banners() {
  const link = useLink()
  const { data: status } = useStatus()
  const now = useNow()
  const { data: shell } = useShell()
  const agent = link.state === 'lost' && isGone(shell?.agent) ? null : <AgentBanner link={link} now={now} />
  return (
    <div className={css['banners']}>
      {link.state === 'open' || link.state === 'connecting' ? <CoordinatorBanner status={status} now={now} /> : agent}
      <Notes />
    </div>
  )
}

function AgentBanner({ link, now }: { link: LinkState; now: number }) {
  const services = useServices()
  if (link.state === 'refused')
    return (
      <Banner tone="madder" glyph="cross">
        <strong>{t('This window may not talk to the agent.')}</strong> <Foreign>{link.message}</Foreign>
      </Banner>
    )
  if (link.state !== 'lost') return null
  return (
    <Banner tone="honey" glyph="bang" action={<Button onClick={() => services.link.retry()}>{t('Try now')}</Button>}>
      <strong>{t('The agent on this computer has not answered since {time}.', { time: formatMoment(link.since, now) })}</strong>{' '}
      {t('The window keeps trying. What you see is from before; if Windfall was stopped, start it again.')}
    </Banner>
  )
}

function CoordinatorBanner({ status, now }: { status: AgentStatus | undefined; now: number }) {
  if (status?.coordinator.state !== 'offline') return null
  const { lastSyncAt, message } = status.coordinator
  return (
    <Banner tone="honey" glyph="bang">
      <strong>{lastSyncAt === null ? t('Offline.') : t('Offline since {time}.', { time: formatMoment(lastSyncAt, now) })}</strong>{' '}
      {whatContinues(status.running.length)} {t('New jobs and payouts need a connection.')} {message === null ? null : <Foreign>{message}</Foreign>}
    </Banner>
  )
}

const whatContinues = (jobs: number): string =>
  jobs === 0
    ? t('Finished work is kept; receipts will sync.')
    : t('{jobs, plural, one {Your running job continues; its receipts will sync.} other {Your running jobs continue; their receipts will sync.}}', { jobs })
