import { type FormEvent, useId, useState } from 'react'
import type { SimulatedEvent } from '../../../shared/contract/incident.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import field from '../../ui/field.module.css'
import prose from '../../ui/prose.module.css'
import { useServices } from '../services.ts'
import { useAct } from '../use-act.ts'
import { formatUtc } from '../utc.tsx'
import css from './simulate-card.module.css'

type Cause = SimulatedEvent['cause']

const CAUSES: readonly {
  readonly cause: Cause
  readonly label: string
  readonly amount: { readonly label: string; readonly min: number; readonly max: number; readonly start: number } | null
}[] = [
  { cause: 'intensity-spike', label: 'Intensity rises', amount: { label: 'By how much, %', min: 1, max: 1_000, start: 60 } },
  { cause: 'surplus', label: 'More renewables than demand', amount: { label: 'Intensity falls by, %', min: 1, max: 100, start: 50 } },
  { cause: 'curtailment', label: 'Wind and sun are curtailed', amount: { label: 'Intensity falls by, %', min: 1, max: 100, start: 50 } },
  { cause: 'frequency', label: 'Grid frequency leaves its band', amount: { label: 'Frequency, Hz', min: 45, max: 55, start: 49.6 } },
  { cause: 'stale-source', label: 'The provider falls silent', amount: null },
]

function eventOf(cause: Cause, amount: number): SimulatedEvent {
  if (cause === 'frequency') return { cause, hz: amount }
  return cause === 'stale-source' ? { cause } : { cause, percent: amount }
}

/** A rehearsal: something is made up in this zone, and everything but stored values and receipts behaves as if it were so. */
export function SimulateCard({ zone }: { readonly zone: string }) {
  const { client, clock } = useServices()
  const id = useId()
  const [cause, setCause] = useState<Cause>('intensity-spike')
  const kind = CAUSES.find((one) => one.cause === cause)
  const [amounts, setAmounts] = useState<Partial<Record<Cause, number>>>({})
  const [minutes, setMinutes] = useState(30)
  const amount = amounts[cause] ?? kind?.amount?.start ?? 0
  const simulate = useAct({
    run: () => client.call('simulateEvent', { zone, event: eventOf(cause, amount), seconds: Math.round(minutes * 60) }),
    changes: ['incidents', 'zones'],
    done: ({ to }) => `Rehearsal in ${zone} until ${formatUtc(to, clock.now())}. What it sets off is marked as simulated wherever it is shown.`,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    simulate.mutate()
  }
  return (
    <Card title="Rehearse an event">
      <p className={prose['small']}>It drives plans and incidents here, never a stored grid value or a receipt, and ends by itself.</p>
      <form className={css['form']} onSubmit={submit}>
        <label htmlFor={`${id}-cause`}>What happens</label>
        <select id={`${id}-cause`} className={field['field']} value={cause} onChange={(event) => setCause(event.target.value as Cause)}>
          {CAUSES.map((one) => (
            <option key={one.cause} value={one.cause}>
              {one.label}
            </option>
          ))}
        </select>
        {kind?.amount ? (
          <>
            <label htmlFor={`${id}-amount`}>{kind.amount.label}</label>
            <input
              id={`${id}-amount`}
              className={field['field']}
              type="number"
              step="any"
              required
              min={kind.amount.min}
              max={kind.amount.max}
              value={amount}
              onChange={(event) => setAmounts({ ...amounts, [cause]: event.target.valueAsNumber })}
            />
          </>
        ) : null}
        <label htmlFor={`${id}-minutes`}>For how many minutes</label>
        <input
          id={`${id}-minutes`}
          className={field['field']}
          type="number"
          required
          min={1}
          max={2_880}
          value={minutes}
          onChange={(event) => setMinutes(event.target.valueAsNumber)}
        />
        <Button type="submit" unavailable={simulate.isPending}>
          {simulate.isPending ? 'Beginning…' : 'Begin the rehearsal'}
        </Button>
      </form>
    </Card>
  )
}
