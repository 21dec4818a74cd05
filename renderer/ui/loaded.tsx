import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { WindfallError } from '../../shared/errors.ts'
import { t } from '../../shared/i18n/translate.ts'
import { rich } from '../lib/rich.tsx'
import { Button } from './button.tsx'
import { ErrorText } from './error-text.tsx'
import css from './loaded.module.css'

interface LoadedProps<T> {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isFetching'> & { readonly refetch: () => unknown }
  /** What is being loaded, for the sentence of an error: “your receipts”. */
  readonly what: string
  readonly skeleton: ReactNode
  /** What works all the same; by default what an owner has to know. */
  readonly stillWorks?: string
  readonly children: (data: T) => ReactNode
}

/** One answer of the agent: its place while it loads, the answer, or what went wrong. An answer once given stays on screen. */
export function Loaded<T>({ query, what, skeleton, children, ...rest }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <Failure error={query.error} what={what} busy={query.isFetching} retry={() => void query.refetch()} {...rest} />
  return (
    <div className={css['late']} aria-busy="true">
      <span className="sr-only">{t('Loading {what}…', { what })}</span>
      {skeleton}
    </div>
  )
}

interface FailureProps {
  readonly error: Error
  readonly what: string
  readonly busy: boolean
  readonly retry: () => void
  readonly stillWorks?: string
}

/** What failed, what still works, what to do, and the code to quote. */
export const Failure = ({ error, what, busy, retry, stillWorks = t('Jobs and earnings do not depend on this window.') }: FailureProps) => (
  <div className={css['failure']} role="alert">
    <p className={css['title']}>{t('Could not load {what}.', { what })}</p>
    <p>
      {error instanceof WindfallError ? <ErrorText error={error} /> : t('Something in this window broke.')} {stillWorks}
    </p>
    <div className={css['actions']}>
      <Button onClick={retry} disabled={busy}>
        {busy ? t('Trying…') : t('Try again')}
      </Button>
      <span className={css['code']}>{rich('Code {code}', { code: <code>{error instanceof WindfallError ? error.code : 'internal'}</code> })}</span>
    </div>
  </div>
)

/** Grey lines where text will be. */
export const SkeletonLines = ({ count }: { count: number }) => (
  <div className={css['lines']} aria-hidden="true" aria-busy="true">
    {Array.from({ length: count }, (_, index) => (
      <span key={index} className={css['line']} />
    ))}
  </div>
)

/** A grey block where a picture or a number will be. */
export const SkeletonBlock = ({ size }: { size: 'figure' | 'chart' }) => <span className={css[size]} aria-hidden="true" aria-busy="true" />
