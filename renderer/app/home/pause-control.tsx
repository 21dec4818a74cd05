import { useId, useRef, useState } from 'react'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { PAUSES, pauseEnd } from '../../../shared/domain/pauses.ts'
import { messageOf } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { formatMoment } from '../../lib/format.ts'
import { Button } from '../../ui/button.tsx'
import { useLink } from '../hooks.ts'
import { type PauseOrder, usePauseOrder } from '../queries.ts'
import { useServices } from '../services.ts'
import css from './home.module.css'

/** Pause for a while, or resume: one button that changes its verb, so that it keeps the focus. */
export function PauseControl({ status }: { status: AgentStatus }) {
  const id = useId()
  const order = usePauseOrder()
  const link = useLink()
  const paused = status.display === 'paused' || status.reasons.some(({ code }) => code === 'user')
  const closed = link.state === 'lost' || link.state === 'refused'
  const verb = paused ? { onClick: () => order.mutate(null) } : { popoverTarget: id }
  return (
    <div className={css['verbs']}>
      <Button look="primary" disabled={closed} {...(order.isPending ? { 'aria-disabled': true } : verb)}>
        {paused ? 'Resume' : 'Pause…'}
      </Button>
      <PauseMenu id={id} choose={(wanted) => order.mutate(wanted)} />
      {closed ? <p className={css['note']}>Needs the agent, which does not answer.</p> : null}
      {order.error ? (
        <p className={css['refused']} role="alert">
          That did not work: {messageOf(order.error)}
        </p>
      ) : null}
    </div>
  )
}

function PauseMenu({ id, choose }: { id: string; choose: (order: PauseOrder) => void }) {
  const { clock } = useServices()
  const panel = useRef<HTMLElement>(null)
  const [now, setNow] = useState(() => clock.now())
  const chosen = (end: number | null) => {
    panel.current?.hidePopover()
    choose({ until: end === null ? null : toIso(end) })
  }
  return (
    <section id={id} ref={panel} popover="auto" className={css['menu']} aria-label="Pause for how long" onToggle={() => setNow(clock.now())}>
      {PAUSES.map(({ id: rule, label }) => (
        <PauseChoice key={rule} label={label} end={pauseEnd(rule, now)} now={now} choose={chosen} />
      ))}
    </section>
  )
}

interface PauseChoiceProps {
  readonly label: string
  /** Epoch milliseconds; `null` until the owner resumes. */
  readonly end: number | null
  readonly now: number
  readonly choose: (end: number | null) => void
}

const PauseChoice = ({ label, end, now, choose }: PauseChoiceProps) => (
  <Button look="quiet" onClick={() => choose(end)}>
    {label}
    {end === null ? null : <span className={css['until']}>{formatMoment(end, now)}</span>}
  </Button>
)
