import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react'
import type { CoordinatorChoice as Choice } from '../../../shared/contract/first-run.ts'
import { messageOf } from '../../../shared/errors.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { rich } from '../../lib/rich.tsx'
import { Button } from '../../ui/button.tsx'
import field from '../../ui/field.module.css'
import { Foreign } from '../../ui/foreign.tsx'
import { Loaded, SkeletonLines } from '../../ui/loaded.tsx'
import prose from '../../ui/prose.module.css'
import css from './coordinator.module.css'
import { useCoordinator, useCoordinatorOrder } from './coordinator-queries.ts'

/** Whom this computer works for: who that is, and the fields to say so where nobody has yet. */
export function CoordinatorChoice({ closed }: { closed: boolean }) {
  const query = useCoordinator()
  return (
    <Loaded query={query} what={t('your coordinator')} skeleton={<SkeletonLines count={2} />}>
      {(data) => <Chosen choice={data} closed={closed} />}
    </Loaded>
  )
}

function Chosen({ choice: { url, setBy }, closed }: { choice: Choice; closed: boolean }) {
  const [editing, setEditing] = useState(false)
  const [wasOpen, setWasOpen] = useState(false)
  const line = useRef<HTMLParagraphElement>(null)
  const open = url === null || editing
  useEffect(() => {
    if (wasOpen && !open) line.current?.focus()
  }, [wasOpen, open])
  const close = () => {
    setWasOpen(true)
    setEditing(false)
  }
  if (open) return <CoordinatorForm present={url} closed={closed} close={close} />
  return (
    <>
      <p ref={line} tabIndex={-1} className={css['line']}>
        <span className={css['address']}>{rich('This computer works for {address}.', { address: <code>{url}</code> })}</span>
        {setBy === 'start' ? null : (
          <Button look="quiet" disabled={closed} onClick={() => setEditing(true)}>
            {t('Change the coordinator')}
          </Button>
        )}
      </p>
      {setBy === 'start' ? (
        <p className={prose['small']}>
          {t('It was named as Windfall was started, with --coordinator or WINDFALL_COORDINATOR, so nothing can be changed here.')}
        </p>
      ) : null}
    </>
  )
}

interface FormProps {
  readonly present: string | null
  readonly closed: boolean
  readonly close: () => void
}

function CoordinatorForm({ present, closed, close }: FormProps) {
  const id = useId()
  const [address, setAddress] = useState('')
  const [token, setToken] = useState('')
  const { mutate, error, isPending } = useCoordinatorOrder()
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (present !== null) first.current?.focus()
  }, [present])
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    const [url, enrolmentToken] = [address.trim(), token.trim()]
    if (url === '' || isPending || closed) return first.current?.focus()
    mutate({ url, ...(enrolmentToken === '' ? {} : { enrolmentToken }) }, { onSuccess: close })
  }
  return (
    <form className={css['form']} onSubmit={submit}>
      <p>
        {t(
          'A coordinator gives out jobs and pays for them. Whoever runs it gives you its address and, if it asks for one, a token. Windfall itself runs none.',
        )}
      </p>
      <p className={css['field']}>
        <label htmlFor={`${id}-url`}>{t('Address of the coordinator')}</label>
        <input
          ref={first}
          className={field['field']}
          id={`${id}-url`}
          type="text"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          maxLength={300}
          value={address}
          disabled={closed}
          aria-invalid={error !== null}
          aria-describedby={`${id}-note`}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <small id={`${id}-note`}>{t('Such as https://grid.example.org.')}</small>
      </p>
      <p className={css['field']}>
        <label htmlFor={`${id}-token`}>{t('Token, if it asks for one')}</label>
        <input
          className={field['field']}
          id={`${id}-token`}
          type="password"
          autoComplete="off"
          maxLength={100}
          value={token}
          disabled={closed}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
      </p>
      <p className={css['line']}>
        <Button type="submit" disabled={closed} unavailable={isPending}>
          {isPending ? t('Asking it…') : t('Use this coordinator')}
        </Button>
        {present === null ? null : (
          <Button look="quiet" onClick={close}>
            {t('Cancel')}
          </Button>
        )}
      </p>
      <p className={prose['small']}>
        {t('It is told about this computer at once: its devices, its grid zone and its public key. No job runs before your rules and you allow it.')}
      </p>
      {error ? (
        <p className={prose['refused']} role="alert">
          {rich('That did not work, and nothing has changed: {reason}', { reason: <Foreign>{messageOf(error)}</Foreign> })}
        </p>
      ) : null}
    </form>
  )
}
