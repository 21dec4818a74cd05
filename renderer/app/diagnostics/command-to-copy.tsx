import { t } from '../../../shared/i18n/translate.ts'
import { Button } from '../../ui/button.tsx'
import css from './diagnostics.module.css'
import { useCopy } from './use-copy.ts'

/** A command as it is typed, with a button that takes it along. */
export function CommandToCopy({ command }: { command: string }) {
  const { copy, said, text } = useCopy<HTMLElement>()
  return (
    <p className={css['command']}>
      <code ref={text}>{command}</code>
      <Button look="quiet" aria-label={t('Copy the command {command}', { command })} onClick={() => void copy(command)}>
        {t('Copy')}
      </Button>
      <output>{said}</output>
    </p>
  )
}
