import { useEffect, useRef, useState } from 'react'
import type { OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { NIGHT, type Stretch, WEEKDAYS, daysText, distinctStretches, isSameStretch, stretchText } from '../../lib/week-hours.ts'
import { Button } from '../../ui/button.tsx'
import field from '../../ui/field.module.css'
import prose from '../../ui/prose.module.css'
import { focusNext } from './focus.ts'
import css from './settings.module.css'

interface HoursRuleProps {
  readonly rules: OwnerRules
  readonly closed: boolean
  readonly change: (change: Partial<OwnerRules>, text: string) => void
}

const ownTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone
const MOST_STRETCHES = 50

/** Stretches of the week at which jobs may run; none said: at any time. */
export function HoursRule({ rules: { schedule }, closed, change }: HoursRuleProps) {
  const [mode, setMode] = useState<'shut' | 'open' | 'returning'>('shut')
  const stretches = distinctStretches(schedule?.allowed ?? [])
  const adder = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (mode === 'returning') adder.current?.focus()
  }, [mode])
  const full = stretches.length >= MOST_STRETCHES
  const timeZone = schedule?.timeZone ?? ownTimeZone()
  const set = (allowed: readonly Stretch[], text: string) => change({ schedule: allowed.length === 0 ? null : { timeZone, allowed: [...allowed] } }, text)
  const add = (stretch: Stretch) => {
    setMode('returning')
    set([...stretches, stretch], t('Only at these hours: {hours}.', { hours: stretchText(stretch) }))
  }
  return (
    <div className={css['hours']}>
      <p>{stretches.length === 0 ? t('At any hour of the week.') : t('Only at these hours, in the time of {timeZone}:', { timeZone })}</p>
      <ul>
        {stretches.map((stretch) => (
          <li key={JSON.stringify(stretch)}>
            {stretchText(stretch)}{' '}
            <Button
              look="quiet"
              disabled={closed}
              aria-label={t('Remove {name}', { name: stretchText(stretch) })}
              onClick={(event) => {
                focusNext(event.currentTarget)
                set(
                  stretches.filter((one) => one !== stretch),
                  t('Removed: {name}.', { name: stretchText(stretch) }),
                )
              }}
            >
              {t('Remove')}
            </Button>
          </li>
        ))}
      </ul>
      {mode === 'open' ? (
        <StretchForm known={stretches} add={add} close={() => setMode('returning')} />
      ) : (
        <Button ref={adder} disabled={closed} unavailable={full} onClick={() => full || setMode('open')}>
          {t('Add hours')}
        </Button>
      )}
    </div>
  )
}

/** Why hours cannot be added; `null` if they can. */
function problemOf(draft: Stretch, known: readonly Stretch[]): string | null {
  if (draft.days.length === 0) return t('Choose at least one day.')
  return known.some((stretch) => isSameStretch(stretch, draft)) ? t('These hours are in the list already.') : null
}

const meaningOf = (draft: Stretch): string =>
  draft.from > draft.to ? t('Begins {days} at {from} and ends the next morning.', { days: daysText(draft.days), from: draft.from }) : stretchText(draft)

interface StretchFormProps {
  /** Those there are already. */
  readonly known: readonly Stretch[]
  readonly add: (stretch: Stretch) => void
  readonly close: () => void
}

function StretchForm({ known, add, close }: StretchFormProps) {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector('input')?.focus(), [])
  const [draft, setDraft] = useState<Stretch>(NIGHT)
  const problem = problemOf(draft, known)
  const has = (day: number): boolean => draft.days.includes(day)
  const toggle = (day: number) =>
    setDraft({ ...draft, days: has(day) ? draft.days.filter((one) => one !== day) : [...draft.days, day].toSorted((a, b) => a - b) })
  return (
    <form
      ref={form}
      className={css['stretch']}
      aria-label={t('Hours at which jobs may run')}
      onSubmit={(event) => {
        event.preventDefault()
        if (problem === null) add(draft)
      }}
    >
      <fieldset>
        <legend>{t('Days')}</legend>
        {WEEKDAYS.map(({ day, name }) => (
          <label key={day} className={css['toggle']}>
            <input type="checkbox" checked={has(day)} onChange={() => toggle(day)} />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <label>
        {t('From')}{' '}
        <input
          className={field['field']}
          type="time"
          required
          value={draft.from}
          onChange={(event) => setDraft({ ...draft, from: event.currentTarget.value })}
        />
      </label>
      <label>
        {t('to')}{' '}
        <input className={field['field']} type="time" required value={draft.to} onChange={(event) => setDraft({ ...draft, to: event.currentTarget.value })} />
      </label>
      <output className={prose['small']}>{problem ?? meaningOf(draft)}</output>
      <div className={css['verbs']}>
        <Button look="primary" type="submit" unavailable={problem !== null}>
          {t('Add')}
        </Button>
        <Button look="quiet" onClick={close}>
          {t('Cancel')}
        </Button>
      </div>
    </form>
  )
}
