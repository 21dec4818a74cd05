import { type ReactNode, useId } from 'react'
import field from '../../ui/field.module.css'
import css from './order-dialog.module.css'

/** What is asked for in a dialog, one below the other. */
export const Fields = ({ children }: { readonly children: ReactNode }) => <div className={css['fields']}>{children}</div>

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly change: (text: string) => void
  readonly hint?: string
  /** An amount, or a day. */
  readonly kind?: 'text' | 'money' | 'date' | 'month'
  readonly maxLength?: number
}

/** One line of text that an order takes along. */
export function TextField({ label, value, change, hint, kind = 'text', maxLength = 200 }: TextFieldProps) {
  const id = useId()
  return (
    <div className={css['field']}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={field['field']}
        type={kind === 'date' || kind === 'month' ? kind : 'text'}
        inputMode={kind === 'money' ? 'decimal' : undefined}
        value={value}
        maxLength={maxLength}
        autoComplete="off"
        spellCheck={kind === 'text'}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => change(event.target.value)}
      />
      {hint === undefined ? null : <small id={`${id}-hint`}>{hint}</small>}
    </div>
  )
}

interface ChoiceFieldProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly change: (value: T) => void
}

/** One of several that an order takes along. */
export function ChoiceField<T extends string>({ label, value, options, change }: ChoiceFieldProps<T>) {
  const id = useId()
  return (
    <div className={css['field']}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={field['field']}
        value={value}
        onChange={({ target }) => {
          const chosen = options.find((option) => option.value === target.value)
          if (chosen) change(chosen.value)
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  )
}

/** Said of a reason that is not there. */
export const NO_REASON = 'Say why, in a sentence: it is kept in the log of decisions.'
