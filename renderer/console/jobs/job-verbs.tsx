import { useState } from 'react'
import type { JobView } from '../../../shared/contract/job.ts'
import type { JobDetail } from '../../../shared/contract/work.ts'
import { Button } from '../../ui/button.tsx'
import { listHref } from '../address.ts'
import { Acts } from '../order/acts.tsx'
import { useKeptFocus } from '../picks/use-kept-focus.ts'
import { useJobRights } from './job-acts.tsx'
import { CancelDialog, RequeueDialog, TakeBackDialog } from './job-dialogs.tsx'
import { useRequeue } from './use-requeue.ts'

const nothing = () => {}

/** What can be done with a job as it stands. */
export function JobVerbs({ job, own }: { readonly job: JobDetail; readonly own: JobView | undefined }) {
  const rights = useJobRights()
  const requeue = useRequeue(nothing)
  useKeptFocus(job.state)
  const [asked, setAsked] = useState<'cancel' | 'requeue' | 'take-back' | null>(null)
  const close = () => setAsked(null)
  const jobs = [job]
  return (
    <Acts>
      {rights.mayRequeue(job) ? (
        <Button onClick={() => (rights.isOwn(job) ? requeue(jobs, null) : setAsked('requeue'))}>{rights.isOwn(job) ? 'Submit again' : 'Submit again…'}</Button>
      ) : null}
      {own && rights.mayOwn ? <a href={listHref('submit-job', { from: job.jobId })}>Change it and submit it as a new job</a> : null}
      {rights.mayCancel(job) ? <Button onClick={() => setAsked('cancel')}>Cancel…</Button> : null}
      {rights.mayTakeBack(job) ? <Button onClick={() => setAsked('take-back')}>Take back…</Button> : null}
      {asked === 'cancel' ? <CancelDialog jobs={jobs} close={close} onOutcome={nothing} /> : null}
      {asked === 'take-back' ? <TakeBackDialog jobs={jobs} close={close} onOutcome={nothing} /> : null}
      {asked === 'requeue' ? <RequeueDialog jobs={jobs} close={close} requeue={requeue} /> : null}
    </Acts>
  )
}
