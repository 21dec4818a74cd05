import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { messageOf } from '../../../shared/errors.ts'
import { Button } from '../../ui/button.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import prose from '../../ui/prose.module.css'
import type { Topic } from '../queries.ts'
import css from './keys.module.css'

interface NewKeyProps {
  readonly title: string
  /** What is shown once. */
  readonly what?: 'API key' | 'secret'
  readonly verb: string
  /** What is missing; `null` if the key can be made. */
  readonly missing: string | null
  readonly make: () => Promise<{ readonly apiKey: string }>
  /** What kinds of things it changes. */
  readonly changes: readonly Topic[]
  readonly close: () => void
  readonly children: ReactNode
}

/** Makes a key and shows it, once. It stays until somebody says that they have it. */
export function NewKey({ title, what = 'API key', verb, missing, make, changes, close, children }: NewKeyProps) {
  const queries = useQueryClient()
  const [pressed, setPressed] = useState(false)
  const order = useMutation({ mutationFn: make, onSuccess: () => changes.forEach((topic) => void queries.invalidateQueries({ queryKey: [topic] })) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setPressed(true)
    if (missing === null && !order.isPending) order.mutate()
  }
  if (order.data)
    return (
      <Dialog title={`This is the ${what}`} busy onClose={close}>
        <div className={css['form']}>
          <p>It is shown this once. Copy it to where the program keeps its secrets, never into its source.</p>
          <p className={css['secret']}>
            <CopyId value={order.data.apiKey} what={what} full />
          </p>
          <p>
            <Button look="primary" onClick={close}>
              I have copied it
            </Button>
          </p>
        </div>
      </Dialog>
    )
  const problem = order.error ? `Nothing was made. ${messageOf(order.error)}` : pressed ? missing : null
  return (
    <Dialog title={title} busy={order.isPending} onClose={close}>
      <form className={css['form']} noValidate onSubmit={submit}>
        {children}
        <div role="alert">{problem === null ? null : <p className={prose['refused']}>{problem}</p>}</div>
        <p className={css['verbs']}>
          <Button type="submit" look="primary" unavailable={order.isPending}>
            {order.isPending ? 'Making it…' : verb}
          </Button>
          <Button onClick={close} unavailable={order.isPending}>
            Cancel
          </Button>
        </p>
      </form>
    </Dialog>
  )
}
