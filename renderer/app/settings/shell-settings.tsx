import type { ShellState } from '../../../shared/contract/shell.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { Card } from '../../ui/card.tsx'
import { Failure } from '../../ui/loaded.tsx'
import { useServices } from '../services.ts'
import { useShell } from '../shell-queries.ts'
import { CoordinatorSection } from '../coordinator/coordinator-section.tsx'
import { AppearanceSection } from './appearance-section.tsx'
import { KeyboardSection } from './keyboard-section.tsx'
import { NotificationsSection } from './notifications-section.tsx'
import { NEEDS_SHELL, type SectionId } from './shell-sections.ts'
import { AwakeSection, ClosingSection, LoginSection } from './system-sections.tsx'
import { UpdatesSection } from './updates-section.tsx'
import { useShellSettings } from './use-shell-settings.ts'

/** The window’s own settings, those that are looked for. */
export function ShellSettings({ found }: { found: ReadonlySet<SectionId> }) {
  const { shell } = useServices()
  const needsShell = NEEDS_SHELL.some((id) => found.has(id))
  return (
    <>
      {found.has('coordinator') ? <CoordinatorSection /> : null}
      {found.has('appearance') ? <AppearanceSection /> : null}
      {found.has('shortcuts') ? <KeyboardSection /> : null}
      {needsShell ? shell === null ? <NoShell /> : <OfShell found={found} /> : null}
    </>
  )
}

const NoShell = () => (
  <Card title={t('In the Windfall app')}>
    <p>
      {t(
        'Starting at login, closing the window, keeping this computer awake, notifications and updates are settings of the Windfall app; a browser has none of them.',
      )}
    </p>
  </Card>
)

function OfShell({ found }: { found: ReadonlySet<SectionId> }) {
  const shell = useShell()
  if (shell.data) return <Sections shell={shell.data} found={found} />
  if (shell.error) return <Failure error={shell.error} what={t('the settings of the app')} busy={shell.isFetching} retry={() => void shell.refetch()} />
  return null
}

function Sections({ shell, found }: { shell: ShellState; found: ReadonlySet<SectionId> }) {
  const { change } = useShellSettings(shell)
  return (
    <>
      {found.has('login') ? <LoginSection shell={shell} change={change} /> : null}
      {found.has('closing') ? <ClosingSection shell={shell} change={change} /> : null}
      {found.has('awake') ? <AwakeSection shell={shell} change={change} /> : null}
      {found.has('notifications') ? <NotificationsSection shell={shell} change={change} /> : null}
      {found.has('updates') ? <UpdatesSection shell={shell} /> : null}
    </>
  )
}
