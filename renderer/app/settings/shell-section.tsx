import { type ReactNode, useRef } from 'react'
import { t } from '../../../shared/i18n/translate.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { focusSentence } from './focus.ts'
import css from './settings.module.css'
import { SHELL_SECTIONS, type SectionId, settingId } from './shell-sections.ts'

/** One section of the window’s own settings, at the address that names it. */
export const ShellSection = ({ id, children }: { id: SectionId; children: ReactNode }) => (
  <div id={settingId(id)} tabIndex={-1} className={css['section']}>
    <Card title={SHELL_SECTIONS.find((section) => section.id === id)?.title ?? id}>
      <div className={css['rules']}>{children}</div>
    </Card>
  </div>
)

interface SettingRowProps {
  /** What is reset, for the button’s name. */
  readonly name: string
  readonly isChanged: boolean
  readonly reset: () => void
  readonly children: ReactNode
}

/** A setting, and the way back where it is another than Windfall has unasked. */
export function SettingRow({ name, isChanged, reset, children }: SettingRowProps) {
  const row = useRef<HTMLDivElement>(null)
  const goBack = () => {
    focusSentence(row.current?.firstElementChild)
    reset()
  }
  return (
    <div ref={row} className={css['rule']}>
      <div>{children}</div>
      {isChanged ? (
        <span className={css['changed']}>
          {t('Changed')}
          <Button look="quiet" aria-label={t('Reset: {name}', { name })} onClick={goBack}>
            {t('Reset')}
          </Button>
        </span>
      ) : null}
    </div>
  )
}
