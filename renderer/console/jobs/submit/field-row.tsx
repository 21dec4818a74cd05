import { useId, useState } from 'react'
import field from '../../../ui/field.module.css'
import { problemWords, shownValue, typedValue } from './field-values.ts'
import type { Problem } from './read-draft.ts'
import type { SpecField } from './spec-fields.ts'
import css from './submit.module.css'

interface FieldRowProps {
  readonly field: SpecField
  /** As it stands in the job. */
  readonly value: unknown
  readonly problem: Problem | undefined
  readonly change: (value: unknown) => void
}

/** What was typed, until the job says something else than what came of it. */
function useTyped({ field: spec, value, change }: FieldRowProps) {
  const inJob = shownValue(spec, value)
  const [typed, setTyped] = useState({ text: inJob, gives: inJob })
  const text = typed.gives === inJob ? typed.text : inJob
  return {
    text,
    type: (next: string) => {
      const made = typedValue(spec, next)
      setTyped({ text: next, gives: shownValue(spec, made) })
      change(made)
    },
  }
}

/** One thing of a job as a field, with what is wrong about it below. */
export function FieldRow(props: FieldRowProps) {
  const { field: spec, problem } = props
  const id = useId()
  const { text, type } = useTyped(props)
  const notes = [spec.hint === undefined ? null : `${id}-hint`, problem ? `${id}-problem` : null].filter((note) => note !== null)
  const common = {
    id,
    'aria-invalid': problem !== undefined,
    'aria-describedby': notes.length === 0 ? undefined : notes.join(' '),
  }
  return (
    <div className={css['row']}>
      <label htmlFor={id}>{spec.label}</label>
      <Control spec={spec} text={text} type={type} common={common} />
      {spec.hint === undefined ? null : <small id={`${id}-hint`}>{spec.hint}</small>}
      {problem ? (
        <p id={`${id}-problem`} className={css['problem']}>
          {problemWords(spec, { value: props.value, message: problem.message })}
        </p>
      ) : null}
    </div>
  )
}

interface ControlProps {
  readonly spec: SpecField
  readonly text: string
  readonly type: (text: string) => void
  readonly common: { readonly id: string; readonly 'aria-invalid': boolean; readonly 'aria-describedby': string | undefined }
}

function Control({ spec, text, type, common }: ControlProps) {
  if (spec.kind === 'check') return <input {...common} type="checkbox" checked={text === 'true'} onChange={(event) => type(String(event.target.checked))} />
  if (spec.kind === 'lines')
    return <textarea {...common} className={field['field']} rows={2} spellCheck={false} value={text} onChange={(event) => type(event.target.value)} />
  if (spec.kind === 'choice') {
    const isKnown = text === '' || spec.options.some(({ value }) => value === text)
    return (
      <select {...common} className={field['field']} value={text} onChange={(event) => type(event.target.value)}>
        {text === '' ? <option value="">Choose</option> : null}
        {isKnown ? null : <option value={text}>{text}, as in the text below</option>}
        {spec.options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    )
  }
  return (
    <input
      {...common}
      className={field['field']}
      type={spec.kind === 'time' ? 'datetime-local' : 'text'}
      inputMode={spec.kind === 'number' || spec.kind === 'usd' ? 'decimal' : undefined}
      autoComplete="off"
      value={text}
      onChange={(event) => type(event.target.value)}
    />
  )
}
