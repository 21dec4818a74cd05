import { useState } from 'react'
import type { OwnerRules } from '../../../shared/contract/owner-rules.ts'
import { NIGHT, type Stretch, WEEKDAYS, daysText, stretchText } from '../../lib/week-hours.ts'
import { Button } from '../../ui/button.tsx'
import field from '../../ui/field.module.css'
import prose from '../../ui/prose.module.css'
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
  const [adding, setAdding] = useState(false)
  const stretches = schedule?.allowed ?? []
  const timeZone = schedule?.timeZone ?? ownTimeZone()
  const set = (allowed: readonly Stretch[], text: string) => change({ schedule: allowed.length === 0 ? null : { timeZone, allowed: [...allowed] } }, text)
  const add = (stretch: Stretch) => {
    setAdding(false)
    set([...stretches, stretch], `Only at these hours: ${stretchText(stretch)}.`)
  }
  return (
    <div className={css['hours']}>
      <p>{stretches.length === 0 ? 'At any hour of the week.' : `Only at these hours, in the time of ${timeZone}:`}</p>
      <ul>
        {stretches.map((stretch) => (
          <li key={JSON.stringify(stretch)}>
            {stretchText(stretch)}{' '}
            <Button
              look="quiet"
              disabled={closed}
              aria-label={`Remove ${stretchText(stretch)}`}
              onClick={() =>
                set(
                  stretches.filter((one) => one !== stretch),
                  `Removed: ${stretchText(stretch)}.`,
                )
              }
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      {adding ? (
        <StretchForm add={add} close={() => setAdding(false)} />
      ) : (
        <Button disabled={closed || stretches.length >= MOST_STRETCHES} onClick={() => setAdding(true)}>
          Add hours
        </Button>
      )}
    </div>
  )
}

function StretchForm({ add, close }: { add: (stretch: Stretch) => void; close: () => void }) {
  const [draft, setDraft] = useState<Stretch>(NIGHT)
  const has = (day: number): boolean => draft.days.includes(day)
  const toggle = (day: number) =>
    setDraft({ ...draft, days: has(day) ? draft.days.filter((one) => one !== day) : [...draft.days, day].toSorted((a, b) => a - b) })
  return (
    <form
      className={css['stretch']}
      aria-label="Hours at which jobs may run"
      onSubmit={(event) => {
        event.preventDefault()
        if (draft.days.length > 0) add(draft)
      }}
    >
      <fieldset>
        <legend>Days</legend>
        {WEEKDAYS.map(({ day, name }) => (
          <label key={day} className={css['toggle']}>
            <input type="checkbox" checked={has(day)} onChange={() => toggle(day)} />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
      <label>
        From{' '}
        <input
          className={field['field']}
          type="time"
          required
          value={draft.from}
          onChange={(event) => setDraft({ ...draft, from: event.currentTarget.value })}
        />
      </label>
      <label>
        to{' '}
        <input className={field['field']} type="time" required value={draft.to} onChange={(event) => setDraft({ ...draft, to: event.currentTarget.value })} />
      </label>
      <p className={prose['small']}>
        {draft.days.length === 0
          ? 'Choose at least one day.'
          : draft.from > draft.to
            ? `Begins ${daysText(draft.days)} at ${draft.from} and ends the next morning.`
            : stretchText(draft)}
      </p>
      <div className={css['verbs']}>
        <Button look="primary" type="submit" unavailable={draft.days.length === 0}>
          Add
        </Button>
        <Button look="quiet" onClick={close}>
          Cancel
        </Button>
      </div>
    </form>
  )
}
