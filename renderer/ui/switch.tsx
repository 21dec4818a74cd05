import type { Ref } from 'react'
import { cx } from '../lib/cx.ts'
import css from './switch.module.css'

interface SwitchProps {
  readonly on: boolean
  readonly label: string
  /** What it belongs to, where several on a page bear the same label. */
  readonly of: string
  readonly disabled: boolean
  readonly describedBy: string | undefined
  readonly onChange: (on: boolean) => void
  readonly ref?: Ref<HTMLButtonElement>
}

/** On or off, at once. */
export const Switch = ({ on, label, of, disabled, describedBy, onChange, ref }: SwitchProps) => (
  <button
    ref={ref}
    type="button"
    role="switch"
    className={css['switch']}
    aria-checked={on}
    aria-label={`${label}, ${of}`}
    aria-describedby={describedBy}
    disabled={disabled}
    onClick={() => onChange(!on)}
  >
    {label}
    <span className={cx(css['track'], on && css['on'])} aria-hidden="true">
      <span className={css['thumb']} />
    </span>
  </button>
)
