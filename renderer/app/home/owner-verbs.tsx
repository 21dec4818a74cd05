import { type RefObject, useId, useRef, useState } from 'react'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { type OwnerChoice, type OwnerCommand, type OwnerVerb, ownerCommands } from '../../../shared/domain/owner-commands.ts'
import { ANYWAY_MS, pauseEnd } from '../../../shared/domain/pauses.ts'
import { messageOf } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { formatMoment } from '../../lib/format.ts'
import { cx } from '../../lib/cx.ts'
import { Button } from '../../ui/button.tsx'
import popover from '../../ui/popover.module.css'
import prose from '../../ui/prose.module.css'
import { useLink } from '../hooks.ts'
import { type OwnerOrder, useOwnerOrder } from '../queries.ts'
import { useServices } from '../services.ts'
import css from './home.module.css'

/** What the owner can tell the machine now. Places that change their verb, so that each keeps the focus. */
export function OwnerVerbs({ status }: { status: AgentStatus }) {
  const { clock } = useServices()
  const order = useOwnerOrder()
  const link = useLink()
  const closed = link.state === 'lost' || link.state === 'refused'
  const give = (verb: OwnerVerb) => order.mutate(orderOf(verb, clock.now()))
  return (
    <div className={css['verbs']}>
      <div className={css['buttons']}>
        {ownerCommands(status).map((command, place) => (
          <Command key={place} command={command} look={place === 0 ? 'primary' : 'plain'} closed={closed} busy={order.isPending} give={give} />
        ))}
      </div>
      {closed ? <p className={prose['small']}>Needs the agent, which does not answer.</p> : null}
      {order.error ? (
        <p className={prose['refused']} role="alert">
          That did not work: {messageOf(order.error)}
        </p>
      ) : null}
    </div>
  )
}

function orderOf(verb: OwnerVerb, now: number): OwnerOrder {
  if (verb.do === 'run-anyway') return { do: verb.do, until: toIso(now + ANYWAY_MS) }
  if (verb.do !== 'pause') return verb
  const end = pauseEnd(verb.until, now)
  return { do: 'pause', until: end === null ? null : toIso(end) }
}

interface CommandProps {
  readonly command: OwnerCommand
  readonly look: 'primary' | 'plain'
  /** The agent does not answer. */
  readonly closed: boolean
  readonly busy: boolean
  readonly give: (verb: OwnerVerb) => void
}

function Command({ command: { label, verb, unavailable }, look, closed, busy, give }: CommandProps) {
  const id = useId()
  const panel = useRef<HTMLElement>(null)
  const choices = 'do' in verb ? null : verb
  const chosen = (choice: OwnerVerb) => {
    panel.current?.hidePopover()
    give(choice)
  }
  return (
    <>
      <Button look={look} disabled={closed} {...actionOf({ verb, unavailable, busy, id, give })}>
        {label}
        {choices === null ? '' : '…'}
      </Button>
      {unavailable === null ? null : (
        <span id={`${id}-why`} className="sr-only">
          {unavailable}
        </span>
      )}
      {choices === null ? null : <Choices id={id} panel={panel} choices={choices} choose={chosen} />}
    </>
  )
}

/** What a button does. One that cannot do it now stays where it is, keeps the focus, and says why. */
function actionOf({
  verb,
  unavailable,
  busy,
  id,
  give,
}: Pick<OwnerCommand, 'verb' | 'unavailable'> & Pick<CommandProps, 'busy' | 'give'> & { readonly id: string }) {
  if (unavailable !== null) return { unavailable: true, 'aria-describedby': `${id}-why`, title: unavailable }
  if (busy) return { 'aria-disabled': true }
  return 'do' in verb ? { onClick: () => give(verb) } : { popoverTarget: id }
}

interface ChoicesProps {
  readonly id: string
  readonly panel: RefObject<HTMLElement | null>
  readonly choices: readonly OwnerChoice[]
  readonly choose: (verb: OwnerVerb) => void
}

function Choices({ id, panel, choices, choose }: ChoicesProps) {
  const { clock } = useServices()
  const [now, setNow] = useState(() => clock.now())
  return (
    <section
      id={id}
      ref={panel}
      popover="auto"
      className={cx(popover['popover'], css['menu'])}
      aria-label="Pause for how long"
      onToggle={() => setNow(clock.now())}
    >
      {choices.map(({ id: choice, label, verb }) => (
        <Button key={choice} look="quiet" onClick={() => choose(verb)}>
          {label}
          <End verb={verb} now={now} />
        </Button>
      ))}
    </section>
  )
}

/** When a choice would end. */
function End({ verb, now }: { verb: OwnerVerb; now: number }) {
  const end = verb.do === 'pause' ? pauseEnd(verb.until, now) : null
  return end === null ? null : <span className={css['until']}>{formatMoment(end, now)}</span>
}
