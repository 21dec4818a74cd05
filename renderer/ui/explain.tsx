import { type ReactNode, useId } from 'react'
import { t } from '../../shared/i18n/translate.ts'
import { cx } from '../lib/cx.ts'
import css from './explain.module.css'
import popover from './popover.module.css'

/** A figure that can be asked how it came to be. Dotted underline; the answer opens beside it and closes with Escape. */
export function Explain({ children, how }: { children: ReactNode; how: ReactNode }) {
  const id = useId()
  return (
    <>
      <button type="button" className={css['figure']} popoverTarget={id}>
        {children}
        <span className="sr-only">{t(', explain')}</span>
      </button>
      <span className={cx(popover['popover'], css['panel'])} id={id} popover="auto" role="note">
        {how}
      </span>
    </>
  )
}
