import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { messageOf } from '../../../shared/errors.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import prose from '../../ui/prose.module.css'
import type { Topic } from '../queries.ts'
import { hrefOf } from '../routes.ts'
import { useTold } from '../told.ts'
import { waitsForAnother } from '../use-act.ts'
import css from './order-dialog.module.css'

interface OrderDialogProps<O> {
  /** The question. */
  readonly title: string
  /** What happens, with its money, and what has to be filled in. */
  readonly children: ReactNode
  /** What the button says: the verb, and how much. */
  readonly verb: string
  /** What is still missing or wrong, in a sentence; `null` if it can be ordered. */
  readonly missing?: string | null
  readonly run: () => Promise<O>
  /** What to say when it is done. */
  readonly done: (answer: O) => string
  /** What kinds of things it changes. */
  readonly changes: readonly Topic[]
  readonly close: () => void
}

/** Asks before something is ordered that cannot simply be undone, and says what came of it. What takes a second person is no failure. */
export function OrderDialog<O>({ title, children, verb, missing = null, run, done, changes, close }: OrderDialogProps<O>) {
  const queries = useQueryClient()
  const { tell } = useTold()
  const [pressed, setPressed] = useState(false)
  const order = useMutation({
    mutationFn: run,
    onSuccess: (answer) => {
      tell({ text: done(answer), isProblem: false })
      close()
      for (const topic of changes) void queries.invalidateQueries({ queryKey: [topic] })
    },
    onError: () => void queries.invalidateQueries({ queryKey: ['approvals'] }),
  })
  if (waitsForAnother(order.error)) return <Waiting what={messageOf(order.error)} close={close} />
  const send = () => {
    setPressed(true)
    if (missing === null && !order.isPending) order.mutate()
  }
  const problem = order.error && !order.isPending ? `Nothing was changed. ${messageOf(order.error)}` : pressed ? missing : null
  return (
    <Dialog title={title} busy={order.isPending} onClose={close}>
      <form
        className={css['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        {children}
        <div role="alert">{problem === null ? null : <p className={prose['refused']}>{problem}</p>}</div>
        <div className={css['verbs']}>
          <Button type="submit" look="primary" unavailable={order.isPending}>
            {order.isPending ? 'Asking the coordinator…' : verb}
          </Button>
          <Button unavailable={order.isPending} onClick={() => (order.isPending ? undefined : close())}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** It was asked for and nothing has happened yet. */
function Waiting({ what, close }: { readonly what: string; readonly close: () => void }) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  return (
    <Dialog title="It waits for a second person" busy={false} onClose={close}>
      <div className={css['form']}>
        <p>{what}</p>
        <p className={prose['lead']}>Nothing has happened yet. Somebody else who may do the same finds it under Approvals; asking again changes nothing.</p>
        <div className={css['verbs']}>
          <Button look="primary" ref={button} onClick={close}>
            Close
          </Button>
          <a href={hrefOf({ page: 'approvals' })}>To Approvals</a>
        </div>
      </div>
    </Dialog>
  )
}
