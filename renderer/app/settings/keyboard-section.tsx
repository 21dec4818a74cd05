import { useState } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { recall, remember } from '../../lib/window-memory.ts'
import { Button } from '../../ui/button.tsx'
import { useUndo } from '../use-undo.ts'
import { useWindow } from '../window-state.ts'
import css from './settings.module.css'
import { SettingRow, ShellSection } from './shell-section.tsx'
import { SHELL_UNDO } from './use-shell-settings.ts'

/** Shortcuts of one character can be switched off, for those whom speech or a tremor makes press them (WCAG 2.1.4). */
export function KeyboardSection() {
  const { setOverlay } = useWindow()
  const undo = useUndo()
  const [on, setOn] = useState(() => recall().singleKeys)
  const set = (singleKeys: boolean) => {
    remember({ singleKeys })
    setOn(singleKeys)
  }
  const change = (wanted: boolean) => {
    set(wanted)
    undo.make({
      about: SHELL_UNDO,
      text: wanted ? t('Shortcuts of a single character are on.') : t('Shortcuts of a single character are off.'),
      undo: () => set(!wanted),
    })
  }
  return (
    <ShellSection id="shortcuts">
      <SettingRow name={t('Shortcuts of a single character')} isChanged={!on} reset={() => change(true)}>
        <label className={css['toggle']}>
          <input type="checkbox" checked={on} onChange={(event) => change(event.currentTarget.checked)} />
          <span>{t('A single character is a shortcut, such as “?” for the list of shortcuts.')}</span>
        </label>
        <div>
          <Button onClick={() => setOverlay('shortcuts')}>{t('Show keyboard shortcuts')}</Button>
        </div>
      </SettingRow>
    </ShellSection>
  )
}
