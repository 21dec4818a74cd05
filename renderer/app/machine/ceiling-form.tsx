import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react'
import type { Device } from '../../../shared/contract/device.ts'
import { type CeilingName, ceilingEffect, ceilingHint, parseCeiling } from '../../lib/ceilings.ts'
import { cx } from '../../lib/cx.ts'
import { Button } from '../../ui/button.tsx'
import field from '../../ui/field.module.css'
import { Glyph } from '../../ui/glyph.tsx'
import prose from '../../ui/prose.module.css'
import css from './ceilings.module.css'

interface CeilingFormProps {
  readonly name: CeilingName
  readonly device: Device
  readonly title: string
  readonly closed: boolean
  /** What the sentence says until something is typed. */
  readonly start: number
  /** It is being set, so it takes the focus and can be given up. */
  readonly isNew: boolean
  /** `null` removes the limit. */
  readonly save: (value: number | null) => void
  readonly cancel: () => void
}

const SENTENCE: Readonly<Record<CeilingName, { readonly before: string; readonly unit: string }>> = {
  temperatureC: { before: 'Rest above', unit: '°C' },
  watts: { before: 'On average no more than', unit: 'W' },
}

/** A limit that can be typed over: saved by Enter, given up by Escape. */
export function CeilingForm({ name, device, title, closed, start, isNew, save, cancel }: CeilingFormProps) {
  const id = useId()
  const input = useSelected(isNew)
  const [text, setTyped] = useDraft(start)
  const { value, note } = judge(name, text, device)
  const changed = isNew || value !== start
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    input.current?.focus()
    if (value !== null && changed) save(value)
  }
  const giveUp = () => (isNew ? cancel() : setTyped(null))
  const { before, unit } = SENTENCE[name]
  return (
    <form className={css['sentence']} noValidate onSubmit={submit}>
      <span>
        <label htmlFor={id}>{before}</label>{' '}
        <input
          ref={input}
          className={field['field']}
          id={id}
          type="text"
          inputMode="numeric"
          autoComplete="off"
          maxLength={5}
          value={text}
          disabled={closed}
          aria-label={`${before}, ${unit}, ${title}`}
          aria-invalid={value === null}
          aria-describedby={note === null ? undefined : `${id}-note`}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && giveUp()}
        />{' '}
        {unit}
        {ceilingEffect(name, value, device)}.
      </span>
      <Verbs closed={closed} canSave={changed} isNew={isNew} title={title} save={save} giveUp={giveUp} />
      {note === null ? null : <Note id={`${id}-note`} text={note} wrong={value === null} />}
    </form>
  )
}

/** What was typed as a number that can be saved, if it is one, and what there is to say about it. */
function judge(name: CeilingName, text: string, device: Device): { readonly value: number | null; readonly note: string | null } {
  const parsed = parseCeiling(name, text)
  return typeof parsed === 'number' ? { value: parsed, note: ceilingHint(name, parsed, device) } : { value: null, note: parsed.problem }
}

/** An input that takes the focus, ready to be typed over, when it is shown for that. */
function useSelected(selected: boolean) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (selected) input.current?.select()
  }, [selected])
  return input
}

/** What is typed over a number; `null` gives it up, and so does a new number from outside. */
function useDraft(start: number): readonly [text: string, setTyped: (typed: string | null) => void] {
  const [base, setBase] = useState(start)
  const [typed, setTyped] = useState<string | null>(null)
  if (base !== start) {
    setBase(start)
    setTyped(null)
  }
  return [typed ?? String(start), setTyped]
}

const Note = ({ id, text, wrong }: { id: string; text: string; wrong: boolean }) => (
  <p id={id} className={cx(css['note'], wrong ? prose['refused'] : prose['small'])} role={wrong ? 'alert' : 'note'}>
    <Glyph name="bang" /> {text}
  </p>
)

interface VerbsProps extends Pick<CeilingFormProps, 'closed' | 'isNew' | 'title' | 'save'> {
  readonly canSave: boolean
  readonly giveUp: () => void
}

const Verbs = ({ closed, canSave, isNew, title, save, giveUp }: VerbsProps) => (
  <span className={css['verbs']}>
    {canSave ? (
      <>
        <Button type="submit" disabled={closed}>
          Save
        </Button>
        <Button look="quiet" onClick={giveUp}>
          Cancel
        </Button>
      </>
    ) : null}
    {isNew || canSave ? null : (
      <Button look="quiet" disabled={closed} aria-label={`Reset: no limit for ${title}`} onClick={() => save(null)}>
        Reset
      </Button>
    )}
  </span>
)
