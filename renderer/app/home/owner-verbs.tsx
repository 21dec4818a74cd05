import { type RefObject, useId, useRef, useState } from 'react'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { type OwnerChoice, type OwnerCommand, type OwnerVerb, ownerCommands } from '../../../shared/domain/owner-commands.ts'
import { pauseEnd } from '../../../shared/domain/pauses.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { formatMoment } from '../../lib/format.ts'
import { cx } from '../../lib/cx.ts'
import { rich } from '../../lib/rich.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorText } from '../../ui/error-text.tsx'
import popover from '../../ui/popover.module.css'
import prose from '../../ui/prose.module.css'
import { OWNER_UNDO, useGiveOrder } from '../give-order.ts'
import { useLink } from '../hooks.ts'
import { useServices } from '../services.ts'
import { UndoLine } from '../undo-line.tsx'
import { useUndo } from '../use-undo.ts'
import css from './home.module.css'

/** What the owner can tell the machine now. Places that change their verb, so that each keeps the focus. */
export function OwnerVerbs({ status }: { status: AgentStatus }) {
  const order = useGiveOrder()
  const undo = useUndo()
  const link = useLink()
  const closed = link.state === 'lost' || link.state === 'refused'
  // Why it was refused stands below.
  const give = (verb: OwnerVerb) => void order.give(verb).catch(() => {})
  return (
    <div className={css['verbs']}>
      <div className={css['buttons']}>
        {ownerCommands(status).map((command, place) => (
          <Command key={place} command={command} look={place === 0 ? 'primary' : 'plain'} closed={closed} busy={order.isPending} give={give} />
        ))}
      </div>
      {closed ? <p className={prose['small']}>{t('Needs the agent, which does not answer.')}</p> : null}
      {order.error ? null : <UndoLine about={OWNER_UNDO} undo={undo} refusal={null} />}
      {order.error ? (
        <p className={prose['refused']} role="alert">
          {rich('That did not work: {why}', { why: <ErrorText error={order.error} /> })}
        </p>
      ) : null}
    </div>
  )
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
      aria-label={t('Pause for how long')}
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
