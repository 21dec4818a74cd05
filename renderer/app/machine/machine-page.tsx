import { useId } from 'react'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { deviceTitles } from '../../../shared/domain/running-jobs.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { together } from '../../lib/device-text.ts'
import { hrefOf } from '../../lib/router.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded, SkeletonBlock, SkeletonLines } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import prose from '../../ui/prose.module.css'
import { useLink } from '../hooks.ts'
import { useStatus } from '../queries.ts'
import { useLiveStatus } from '../use-live-status.ts'
import { DeviceCard } from './device-card.tsx'
import { KeyCard } from './key-card.tsx'
import css from './machine.module.css'
import { SeenCard } from './seen-card.tsx'
import { StandingCard } from './standing-card.tsx'
import { useUndo } from '../use-undo.ts'

/** The hardware: what each device does, how well that is known, and what its owner allows. */
export function MachinePage() {
  useLiveStatus()
  const status = useStatus()
  return (
    <Page title={t('This machine')}>
      <Loaded query={status} what={t('what this machine has')} skeleton={<Skeleton />}>
        {(data) => <Machine status={data} />}
      </Loaded>
    </Page>
  )
}

function Machine({ status }: { status: AgentStatus }) {
  const noteId = useId()
  const link = useLink()
  const undo = useUndo()
  const closed = link.state === 'lost' || link.state === 'refused'
  const titles = deviceTitles(status.devices)
  return (
    <>
      {closed ? (
        <p id={noteId} className={prose['small']}>
          {t('Nothing can be changed now: that needs the agent, which does not answer.')}
        </p>
      ) : null}
      {status.devices.length === 0 ? (
        <NoDevice />
      ) : (
        <>
          <p className={prose['lead']}>{together(status.devices)}</p>
          <ul className={css['devices']} aria-label={t('Devices')}>
            {status.devices.map((device) => (
              <li key={device.deviceId}>
                <DeviceCard known={device} title={titles.get(device.deviceId) ?? device.name} status={status} closedNote={closed ? noteId : null} undo={undo} />
              </li>
            ))}
          </ul>
        </>
      )}
      <SeenCard seen={status.seen} closedNote={closed ? noteId : null} />
      <StandingCard />
      <KeyCard node={status.node} closedNote={closed ? noteId : null} />
    </>
  )
}

const NoDevice = () => (
  <EmptyState title={t('No device that can be metered was found.')}>
    {t(
      'Windfall runs a job only where it can tell how much energy the job takes. “windfall doctor” on the command line says what is missing on this computer and how to allow it.',
    )}{' '}
    <a href={hrefOf({ page: 'diagnostics' })}>{t('Examine this computer')}</a>
  </EmptyState>
)

const Skeleton = () => (
  <div className={css['skeleton']}>
    <SkeletonBlock size="figure" />
    <SkeletonBlock size="chart" />
    <SkeletonLines count={4} />
  </div>
)
