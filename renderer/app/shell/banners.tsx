import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { formatMoment } from '../../lib/format.ts'
import type { LinkState } from '../../lib/link.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { useLink, useNow } from '../hooks.ts'
import { useStatus } from '../queries.ts'
import { useServices } from '../services.ts'
import css from './shell.module.css'

/** What stands between the owner and the world: the agent out of reach, or the coordinator. */
export function Banners() {
  const link = useLink()
  const { data: status } = useStatus()
  const now = useNow()
  const agent = <AgentBanner link={link} now={now} />
  return <div className={css['banners']}>{link.state === 'open' || link.state === 'connecting' ? <CoordinatorBanner status={status} now={now} /> : agent}</div>
}

function AgentBanner({ link, now }: { link: LinkState; now: number }) {
  const services = useServices()
  if (link.state === 'refused')
    return (
      <Banner tone="madder" glyph="cross">
        <strong>This window may not talk to the agent.</strong> {link.message}
      </Banner>
    )
  if (link.state !== 'lost') return null
  return (
    <Banner tone="honey" glyph="bang" action={<Button onClick={() => services.link.retry()}>Try now</Button>}>
      <strong>The agent on this computer has not answered since {formatMoment(link.since, now)}.</strong> The window keeps trying. What you see is from before;
      if Windfall was stopped, start it again.
    </Banner>
  )
}

function CoordinatorBanner({ status, now }: { status: AgentStatus | undefined; now: number }) {
  if (status?.coordinator.state !== 'offline') return null
  const { lastSyncAt, message } = status.coordinator
  return (
    <Banner tone="honey" glyph="bang">
      <strong>Offline{lastSyncAt === null ? '' : ` since ${formatMoment(lastSyncAt, now)}`}.</strong> {whatContinues(status.running.length)} receipts will sync.
      New jobs and payouts need a connection.
      {message === null ? '' : ` ${message}`}
    </Banner>
  )
}

function whatContinues(jobs: number): string {
  if (jobs === 0) return 'Finished work is kept;'
  return jobs === 1 ? 'Your running job continues; its' : 'Your running jobs continue; their'
}
