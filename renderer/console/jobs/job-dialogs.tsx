import { useRef, useState } from 'react'
import type { JobSummary } from '../../../shared/contract/work.ts'
import { OrderDialog } from '../order/order-dialog.tsx'
import { Fields, NO_REASON, TextField } from '../order/order-field.tsx'
import { type Outcome, countOf, outcomeText, runEach } from '../picks/each.ts'
import { useServices } from '../services.ts'
import { type Requeued, atMostTogether } from './use-requeue.ts'

interface JobsDialogProps {
  readonly jobs: readonly Pick<JobSummary, 'jobId' | 'requesterId' | 'maxMicroUsd'>[]
  readonly close: () => void
  readonly onOutcome: (outcomes: readonly Outcome[]) => void
}

/** Runs one order for each job; of a single one the question stays open with what went wrong. */
async function orderEach(jobs: JobsDialogProps['jobs'], run: (jobId: string) => Promise<unknown>): Promise<readonly Outcome[]> {
  const outcomes = await runEach(
    jobs.map(({ jobId }) => jobId),
    run,
  )
  const [only] = outcomes
  if (outcomes.length === 1 && only?.error) throw only.error
  return outcomes
}

/** Asks before jobs of one's own are cancelled. */
export function CancelDialog({ jobs, close, onOutcome }: JobsDialogProps) {
  const { client } = useServices()
  const what = countOf(jobs.length, 'job')
  const run = async () => {
    const outcomes = await orderEach(jobs, (jobId) => client.call('cancelJob', { jobId }))
    onOutcome(outcomes)
    return outcomes
  }
  return (
    <OrderDialog
      title={`Cancel ${what}?`}
      verb={`Cancel ${what}`}
      run={run}
      done={(outcomes) => outcomeText(outcomes, 'job', 'cancelled')}
      changes={['jobs', 'ledger']}
      close={close}
    >
      <p>
        Up to {atMostTogether(jobs)} is set aside for {jobs.length === 1 ? 'it' : 'them'}. Runs that were proven and given back before are paid out of that; the
        rest comes back to your balance. A job that was cancelled can be submitted again.
      </p>
    </OrderDialog>
  )
}

/** Asks why before jobs are taken back from the machines that have them. */
export function TakeBackDialog({ jobs, close, onOutcome }: JobsDialogProps) {
  const { client } = useServices()
  const [reason, setReason] = useState('')
  const what = countOf(jobs.length, 'job')
  const run = async () => {
    const outcomes = await orderEach(jobs, (jobId) => client.call('takeBackWork', { jobId, reason: reason.trim() }))
    onOutcome(outcomes)
    return outcomes
  }
  return (
    <OrderDialog
      title={`Take back ${what}?`}
      verb={`Take back ${what}`}
      missing={reason.trim() === '' ? NO_REASON : null}
      run={run}
      done={(outcomes) => outcomeText(outcomes, 'job', 'taken back')}
      changes={['jobs', 'decisions']}
      close={close}
    >
      <p>
        {jobs.length === 1 ? 'It is' : 'They are'} planned anew, and what {jobs.length === 1 ? 'it has' : 'they have'} not saved is done again. That is no fault
        of the machine. Still at most {atMostTogether(jobs)} for their requesters.
      </p>
      <Fields>
        <TextField label="Reason" value={reason} change={setReason} hint="It is kept in the log of decisions." />
      </Fields>
    </OrderDialog>
  )
}

interface RequeueDialogProps {
  readonly jobs: readonly Requeued[]
  readonly close: () => void
  readonly requeue: (jobs: readonly Requeued[], reason: string) => void
}

/** Asks why before jobs of others are submitted again at their expense. What it says when it is done is the way back. */
export function RequeueDialog({ jobs, close, requeue }: RequeueDialogProps) {
  const [reason, setReason] = useState('')
  const ordered = useRef(false)
  const what = countOf(jobs.length, 'job')
  const leave = () => {
    close()
    if (ordered.current) requeue(jobs, reason.trim())
  }
  return (
    <OrderDialog
      title={`Submit ${what} again?`}
      verb={`Re-queue ${what}`}
      missing={reason.trim() === '' ? NO_REASON : null}
      run={async () => {
        ordered.current = true
      }}
      done={() => ''}
      changes={[]}
      close={leave}
    >
      <p>
        At the expense of {jobs.length === 1 ? 'its requester' : 'their requesters'}: at most {atMostTogether(jobs)}. Each gets a new id and as long a deadline
        as before. You can take it back for 10 seconds.
      </p>
      <Fields>
        <TextField label="Reason" value={reason} change={setReason} hint="It is kept in the log of decisions." />
      </Fields>
    </OrderDialog>
  )
}
