import { useState } from 'react'
import { t } from '../../shared/i18n/translate.ts'
import { isMac } from '../lib/platform.ts'
import { SHORTCUTS, keysOf } from '../lib/shortcuts.ts'
import { recall } from '../lib/window-memory.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Keys } from '../ui/keys.tsx'
import prose from '../ui/prose.module.css'
import { useServices } from './services.ts'
import { settingHref } from './settings/shell-sections.ts'
import css from './shortcuts.module.css'
import { useWindow } from './window-state.ts'

/** What the keyboard can do anywhere in the window, by the table that it is done by. */
export function ShortcutsDialog() {
  const { setOverlay } = useWindow()
  const { shell } = useServices()
  const [{ singleKeys }] = useState(recall)
  const close = () => setOverlay(null)
  return (
    <Dialog title={t('Keyboard shortcuts')} onClose={close} busy={false}>
      <dl className={css['shortcuts']}>
        {SHORTCUTS.map((shortcut) => (
          <div key={shortcut.is}>
            <dt>
              <Keys keys={keysOf(shortcut, isMac())} />
            </dt>
            <dd>
              {shortcut.label}
              {shortcut.command || singleKeys ? '' : ` ${t('(switched off)')}`}
            </dd>
          </div>
        ))}
      </dl>
      <p className={prose['small']}>
        {t('Esc closes what is open, and the focus goes back to where it was.')}
        {shell === null ? ` ${t('A browser may keep some of these for itself, such as those for pages.')}` : ''}
      </p>
      <div>
        <Button onClick={close}>{t('Close')}</Button>
      </div>
      <p className={prose['small']}>
        <a href={settingHref('shortcuts')} onClick={close}>
          {t('Switch shortcuts of a single character on or off')}
        </a>
      </p>
    </Dialog>
  )
}
