import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { JobSpec } from '../../../../shared/contract/job.ts'
import { formatUsd } from '../../../../shared/domain/money.ts'
import { WindfallError, messageOf } from '../../../../shared/errors.ts'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/card.tsx'
import { CheckField } from '../../picks/check-field.tsx'
import { countOf } from '../../picks/each.ts'
import { hrefOf } from '../../routes.ts'
import { useServices } from '../../services.ts'
import { useTold } from '../../told.ts'
import css from './submit.module.css'

interface SubmitBarProps {
  /** Of the job to be: the same for as long as this draft is written. */
  readonly jobId: string
  readonly spec: JobSpec | null
  readonly problems: number
  readonly renew: () => void
  /** Called once it is submitted. */
  readonly done: () => void
}

/** Submits the job under an id that was made before, so that pressing twice, or again after a broken line, submits it once. */
export function SubmitBar({ jobId, spec, problems, renew, done }: SubmitBarProps) {
  const { client } = useServices()
  const queries = useQueryClient()
  const { tell } = useTold()
  const [isBestEffort, setBestEffort] = useState(false)
  const order = useMutation({
    mutationFn: (job: JobSpec) => client.call('submitJob', { jobId, spec: job, admission: isBestEffort ? 'best-effort' : 'strict' }),
    onSuccess: () => {
      done()
      for (const topic of ['jobs', 'ledger']) void queries.invalidateQueries({ queryKey: [topic] })
      tell({ text: 'The job was submitted.', isProblem: false })
      location.hash = hrefOf({ page: 'job', jobId })
    },
  })
  const send = () => {
    if (spec !== null && !order.isPending) order.mutate(spec)
  }
  return (
    <Card title="Submit">
      <CheckField label="Take it even if nobody can tell that it is done by its deadline" checked={isBestEffort} change={setBestEffort} />
      <p>
        <Button look="primary" unavailable={spec === null || order.isPending} onClick={send}>
          {order.isPending ? 'Submitting…' : spec === null ? 'Submit' : `Submit for ${formatUsd(spec.price.maxMicroUsd)} at most`}
        </Button>
      </p>
      {spec === null ? (
        <p className={css['problem']}>{countOf(problems, 'thing')} to mend first: each is said beside its field, and by its line in the text.</p>
      ) : null}
      <div role="alert">{order.error && !order.isPending ? <Refused error={order.error} jobId={jobId} renew={renew} /> : null}</div>
    </Card>
  )
}

/** Why it was refused, and what to do about it. The draft stays as it is. */
function Refused({ error, jobId, renew }: { readonly error: Error; readonly jobId: string; readonly renew: () => void }) {
  const code = error instanceof WindfallError ? error.code : 'internal'
  return (
    <div className={css['problem']}>
      <p>{messageOf(error)}</p>
      {code === 'funds.insufficient' ? <a href={hrefOf({ page: 'account' })}>Pay in</a> : null}
      {code === 'unavailable' ? <p>It may have arrived all the same. Submit it again: it counts once.</p> : null}
      {code === 'conflict' ? (
        <p>
          <a href={hrefOf({ page: 'job', jobId })}>Look at the job that has this id</a>, or <Button onClick={renew}>give this draft another id</Button>
        </p>
      ) : null}
    </div>
  )
}
