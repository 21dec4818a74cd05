import type { ShellChange, ShellState } from '../../../shared/contract/shell.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { useShell } from '../shell-queries.ts'
import css from './onboarding.module.css'

interface ShellWishesProps {
  readonly wishes: ShellChange
  readonly closed: boolean
  readonly wish: (change: ShellChange) => void
}

/** What is asked of the shell when the owner starts: to close into the tray, where they were not asked before, is offered ticked. */
export const wishedOf = (shell: ShellState | null | undefined, wishes: ShellChange): ShellChange => ({
  ...(shell?.hasTray && shell.onClose === null ? { onClose: 'keep-running' as const } : {}),
  ...wishes,
})

/** What the owner wants of the program around this window; nothing in a browser. It holds from the moment they start. */
export function ShellWishes({ wishes, closed, wish }: ShellWishesProps) {
  const { data } = useShell()
  if (!data) return null
  const { startsAtLogin, hasTray } = data
  return (
    <fieldset className={css['wishes']} disabled={closed}>
      <legend className="sr-only">{t('On this computer')}</legend>
      {startsAtLogin === null ? null : (
        <label>
          <input type="checkbox" checked={wishes.startsAtLogin ?? startsAtLogin} onChange={(event) => wish({ startsAtLogin: event.currentTarget.checked })} />
          {t('Start Windfall when I log in')}
        </label>
      )}
      {hasTray ? (
        <label>
          <input
            type="checkbox"
            checked={(wishes.onClose ?? data.onClose ?? 'keep-running') === 'keep-running'}
            onChange={(event) => wish({ onClose: event.currentTarget.checked ? 'keep-running' : 'quit' })}
          />
          {t('Keep running in the tray when I close the window')}
        </label>
      ) : null}
    </fieldset>
  )
}
