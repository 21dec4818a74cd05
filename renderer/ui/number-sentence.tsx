import { type ReactNode, type SyntheticEvent, useEffect, useId, useRef, useState } from 'react'
import { t } from '../../shared/i18n/translate.ts'
import { cx } from '../lib/cx.ts'
import { typedNumber } from '../lib/typed-number.ts'
import { Button } from './button.tsx'
import field from './field.module.css'
import { Glyph } from './glyph.tsx'
import css from './number-sentence.module.css'
import prose from './prose.module.css'

export interface Judgement {
  /** What can be saved; `null` if it cannot. */
  readonly value: number | null
  /** What is wrong with it, or good to know. */
  readonly note: string | null
}

interface NumberSentenceProps {
  /** The sentence around the field of its number, and what follows from that number; `null` while what is typed is none. */
  readonly sentence: (field: ReactNode, value: number | null) => ReactNode
  /** What the number is, for who does not see the sentence around it: other than any on the page. */
  readonly label: string
  readonly closed: boolean
  /** What the sentence says until something is typed. */
  readonly start: number
  /** It is being set, so it takes the focus and can be given up. */
  readonly isNew: boolean
  readonly judge: (text: string) => Judgement
  readonly save: (value: number) => void
  readonly cancel: () => void
  /** The way back, shown while nothing is typed. */
  readonly reset: { readonly label: string; readonly do: () => void } | null
}

/** A sentence with a number that can be typed over: saved by Enter, given up by Escape. */
export function NumberSentence({ sentence, label, closed, start, isNew, judge, save, cancel, reset }: NumberSentenceProps) {
  const id = useId()
  const input = useSelected(isNew)
  const [text, setTyped] = useDraft(start)
  const { value, note } = isNew || text !== typedNumber(start) ? judge(text) : standing(start, judge(text))
  const changed = isNew || value !== start
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    input.current?.focus()
    if (value !== null && changed) save(value)
  }
  const giveUp = () => {
    if (isNew) return cancel()
    input.current?.focus()
    setTyped(null)
  }
  return (
    <form className={css['sentence']} noValidate onSubmit={submit}>
      <label htmlFor={id}>
        {sentence(
          <input
            ref={input}
            className={field['field']}
            id={id}
            type="text"
            inputMode="decimal"
            autoComplete="off"
            maxLength={7}
            value={text}
            disabled={closed}
            aria-label={label}
            aria-invalid={value === null}
            aria-describedby={note === null ? undefined : `${id}-note`}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Escape' && giveUp()}
          />,
          value,
        )}
      </label>
      <span className={css['verbs']}>{changed ? <SaveOrNot closed={closed} giveUp={giveUp} /> : <Reset closed={closed} reset={reset} />}</span>
      {note === null ? null : <Note id={`${id}-note`} text={note} wrong={value === null} />}
    </form>
  )
}

/** What holds already is not judged again: it may be finer than what can be typed, or from a settings file that allows more. */
const standing = (start: number, { value, note }: Judgement): Judgement => ({ value: start, note: value === null ? null : note })

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
  return [typed ?? typedNumber(start), setTyped]
}

const Note = ({ id, text, wrong }: { id: string; text: string; wrong: boolean }) => (
  <p id={id} className={cx(css['note'], wrong ? prose['refused'] : prose['small'])} role={wrong ? 'alert' : 'note'}>
    <Glyph name="bang" /> {text}
  </p>
)

const SaveOrNot = ({ closed, giveUp }: { closed: boolean; giveUp: () => void }) => (
  <>
    <Button type="submit" disabled={closed}>
      {t('Save')}
    </Button>
    <Button look="quiet" onClick={giveUp}>
      {t('Cancel')}
    </Button>
  </>
)

const Reset = ({ closed, reset }: Pick<NumberSentenceProps, 'closed' | 'reset'>) =>
  reset === null ? null : (
    <Button look="quiet" disabled={closed} aria-label={reset.label} onClick={reset.do}>
      {t('Reset')}
    </Button>
  )
