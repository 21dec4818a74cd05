import { useState } from 'react'
import type { JobSummary } from '../../../shared/contract/work.ts'
import { Button } from '../../ui/button.tsx'
import { useMay, useMe, useSeesAll } from '../me.ts'
import { type Outcome, doneOf } from '../picks/each.ts'
import { PickedBar } from '../picks/picked-bar.tsx'
import type { Selection } from '../table/selection.ts'
import { CancelDialog, RequeueDialog, TakeBackDialog } from './job-dialogs.tsx'
import { hasEnded, mayBeDoneAgain, mayBeTakenBack } from './job-words.ts'
import { useRequeue } from './use-requeue.ts'

/** Which of these jobs whoever has signed in may submit again, cancel and take back. */
export function useJobRights() {
  const { requesterId } = useMe()
  const mayOwn = useMay('jobs.write')
  const mayAll = useSeesAll('work.write')
  const isSubmitter = (job: Pick<JobSummary, 'requesterId'>) => job.requesterId === requesterId
  const isOwn = (job: Pick<JobSummary, 'requesterId'>) => mayOwn && isSubmitter(job)
  return {
    mayOwn,
    mayAll,
    isSubmitter,
    isOwn,
    mayRequeue: (job: JobSummary) => (isOwn(job) || mayAll) && mayBeDoneAgain(job),
    mayCancel: (job: JobSummary) => isOwn(job) && !hasEnded(job),
    mayTakeBack: (job: JobSummary) => mayAll && mayBeTakenBack(job),
  }
}

interface JobActsProps {
  readonly picked: readonly JobSummary[]
  readonly selection: Selection
  readonly onOutcome: (outcomes: readonly Outcome[]) => void
}

/** What can be done with the jobs that were picked, each with how many of them it is for. */
export function JobActs({ picked, selection, onOutcome }: JobActsProps) {
  const rights = useJobRights()
  const [asked, setAsked] = useState<'cancel' | 'requeue' | 'take-back' | null>(null)
  const told = (outcomes: readonly Outcome[]) => {
    for (const { key } of doneOf(outcomes)) selection.toggle(key)
    onOutcome(outcomes)
  }
  const requeue = useRequeue(told)
  const again = picked.filter(rights.mayRequeue)
  const ends = picked.filter(rights.mayCancel)
  const back = picked.filter(rights.mayTakeBack)
  const close = () => setAsked(null)
  return (
    <PickedBar selection={selection} one="job">
      <Order count={again.length} verb="Re-queue" act={() => (again.every(rights.isOwn) ? requeue(again, null) : setAsked('requeue'))} />
      {rights.mayOwn ? <Order count={ends.length} verb="Cancel" asks act={() => setAsked('cancel')} /> : null}
      {rights.mayAll ? <Order count={back.length} verb="Take back" asks act={() => setAsked('take-back')} /> : null}
      {asked === 'cancel' ? <CancelDialog jobs={ends} close={close} onOutcome={told} /> : null}
      {asked === 'take-back' ? <TakeBackDialog jobs={back} close={close} onOutcome={told} /> : null}
      {asked === 'requeue' ? <RequeueDialog jobs={again} close={close} requeue={requeue} /> : null}
    </PickedBar>
  )
}

interface OrderProps {
  readonly count: number
  readonly verb: string
  readonly asks?: boolean
  readonly act: () => void
}

const Order = ({ count, verb, asks = false, act }: OrderProps) => (
  <Button unavailable={count === 0} onClick={() => (count === 0 ? undefined : act())}>
    {verb} {count}
    {asks ? '…' : ''}
  </Button>
)
