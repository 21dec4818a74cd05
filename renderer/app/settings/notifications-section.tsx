import type { NotificationKind } from '../../../shared/contract/shell.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { Button } from '../../ui/button.tsx'
import { Switch } from '../../ui/switch.tsx'
import prose from '../../ui/prose.module.css'
import { useServices } from '../services.ts'
import css from './settings.module.css'
import { SettingRow, ShellSection } from './shell-section.tsx'
import type { ShellSectionProps } from './system-sections.tsx'
import { UNASKED, useRefusal } from './use-shell-settings.ts'

interface Kind {
  readonly kind: NotificationKind
  readonly title: string
  readonly says: string
}

const KINDS: readonly Kind[] = [
  { kind: 'payout-ready', title: t('A payout is ready'), says: t('How much can be paid out, once it is as much as you wait for.') },
  { kind: 'payout-paid', title: t('A payout has arrived'), says: t('How much arrived, once the transfer is final.') },
  { kind: 'payout-failed', title: t('A payout has failed'), says: t('That nothing was lost, and what to do.') },
  { kind: 'action-needed', title: t('Something needs you'), says: t('What keeps all jobs from running until you do something.') },
  { kind: 'update-ready', title: t('An update is ready'), says: t('Which version is installed at the next restart.') },
]

/** What Windfall may interrupt its owner for. */
export function NotificationsSection({ shell: { notifications, notificationsSupported }, change }: ShellSectionProps) {
  const set = (wanted: readonly NotificationKind[], text: string) => change({ notifications: [...wanted] }, text)
  const isChanged = UNASKED.notifications.some((kind) => !notifications.includes(kind))
  return (
    <ShellSection id="notifications">
      <p className={prose['small']}>
        {notificationsSupported
          ? t('At most one of each kind a day. A click on one opens the page it is about.')
          : t('This system shows no notifications now. What is chosen here holds as soon as it does; the window says everything either way.')}
      </p>
      <SettingRow name={t('Notifications')} isChanged={isChanged} reset={() => set(UNASKED.notifications, t('All notifications are on.'))}>
        <ul className={css['kinds']}>
          {KINDS.map((kind) => (
            <KindRow
              key={kind.kind}
              kind={kind}
              on={notifications.includes(kind.kind)}
              canShow={notificationsSupported}
              set={(on) => set(...after(kind, on, notifications))}
            />
          ))}
        </ul>
      </SettingRow>
    </ShellSection>
  )
}

function after({ kind, title }: Kind, on: boolean, notifications: readonly NotificationKind[]): [readonly NotificationKind[], string] {
  const others = notifications.filter((one) => one !== kind)
  return on ? [[...others, kind], t('On: {title}.', { title })] : [others, t('Off: {title}.', { title })]
}

interface KindRowProps {
  readonly kind: Kind
  readonly on: boolean
  readonly canShow: boolean
  readonly set: (on: boolean) => void
}

function KindRow({ kind: { kind, title, says }, on, canShow, set }: KindRowProps) {
  const { shell } = useServices()
  const refused = useRefusal()
  const show = () => void shell?.call('showSample', { kind }).catch(refused)
  return (
    <li>
      <Switch on={on} label={title} of={t('Notifications')} disabled={false} describedBy={`says-${kind}`} onChange={set} />
      <span id={`says-${kind}`} className={prose['small']}>
        {says}
      </span>
      {canShow ? (
        <Button look="quiet" aria-label={t('Show me: {title}', { title })} onClick={show}>
          {t('Show me')}
        </Button>
      ) : null}
    </li>
  )
}
