import type { ShellState, UpdateState } from '../../../shared/contract/shell.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatAt, formatMoment, formatPercent } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'
import prose from '../../ui/prose.module.css'
import { useNow } from '../hooks.ts'
import { useCheckForUpdate, useInstallUpdate } from '../shell-queries.ts'
import css from './settings.module.css'
import { ShellSection } from './shell-section.tsx'
import { useRefusal } from './use-shell-settings.ts'

/** Which version this is, and where the next one stands. */
export function UpdatesSection({ shell: { version, update } }: { shell: ShellState }) {
  const now = useNow()
  return (
    <ShellSection id="updates">
      <p>{t('This is Windfall {version}.', { version })}</p>
      <output className={css['update']}>{updateText(update, now)}</output>
      {update.state === 'downloading' ? <progress value={update.percent} max={100} aria-label={t('Fetched so far')} /> : null}
      <UpdateVerb update={update} />
      {update.state === 'off' ? null : (
        <p className={prose['small']}>
          {t('Updates are signed, fetched by themselves and installed when no job runs. Your rules and receipts stay as they are.')}
        </p>
      )}
    </ShellSection>
  )
}

/** Where an update stands, in words. */
export function updateText(update: UpdateState, now: number): string {
  switch (update.state) {
    case 'off':
      return update.why
    case 'current':
      return update.checkedAt === null
        ? t('Whether there is a newer version has not been asked yet.')
        : t('It is the newest version, as of {time}.', { time: formatMoment(update.checkedAt, now) })
    case 'checking':
      return t('Asking whether there is a newer version …')
    case 'downloading':
      return t('Windfall {version} is being fetched: {share}.', { version: update.version, share: formatPercent(update.percent / 100) })
    case 'ready':
      return update.waitsForJob
        ? t('Windfall {version} is ready. It is installed when the jobs that run now are done.', { version: update.version })
        : t('Windfall {version} is ready. It is installed when Windfall starts again.', { version: update.version })
    case 'failed':
      return update.retryAt === null
        ? t('The last attempt failed: {why}', { why: update.message })
        : t('The last attempt failed: {why} The next one is {at}.', { why: update.message, at: formatAt(update.retryAt, now) })
  }
}

/** One place that changes its verb, so that it keeps the focus. */
function UpdateVerb({ update }: { update: UpdateState }) {
  const check = useCheckForUpdate()
  const install = useInstallUpdate()
  const refused = useRefusal()
  if (update.state === 'off') return null
  const isReady = update.state === 'ready'
  const isBusy = update.state === 'checking' || update.state === 'downloading' || check.isPending || install.isPending
  const act = () => (isReady ? install : check).mutate(undefined, { onError: refused })
  return (
    <div>
      <Button look={isReady ? 'primary' : 'plain'} unavailable={isBusy} onClick={() => !isBusy && act()}>
        {isReady ? (update.waitsForJob ? t('Restart once no job runs') : t('Restart to update')) : t('Check now')}
      </Button>
    </div>
  )
}
