import type { ReactNode } from 'react'
import type { JobView } from '../../../shared/contract/job.ts'
import type { JobDetail } from '../../../shared/contract/work.ts'
import { formatMemory } from '../../lib/format.ts'
import { Card } from '../../ui/card.tsx'
import { CopyId } from '../../ui/copy-id.tsx'
import { Facts } from '../../ui/facts.tsx'
import { listHref } from '../address.ts'
import { hrefOf } from '../routes.ts'
import { Utc } from '../utc.tsx'
import { JOB_KIND } from '../words.ts'

interface AboutJobProps {
  readonly job: JobDetail
  readonly own: JobView | undefined
  readonly now: number
}

const jobLink = (jobId: string | null): ReactNode => (jobId === null ? null : <a href={hrefOf({ page: 'job', jobId })}>{jobId}</a>)

/** What it is, by what it came to be, and of one's own what it is made of. */
export const AboutJob = ({ job, own, now }: AboutJobProps) => (
  <Card title="What it is">
    <Facts
      rows={{
        'Job id': <CopyId value={job.jobId} what="job id" full />,
        Requester: <a href={listHref('jobs', { requester: job.requesterId })}>{job.requesterId}</a>,
        Kind: JOB_KIND[job.kind],
        Priority: job.priority,
        Submitted: <Utc at={job.submittedAt} now={now} />,
        Deadline: <Utc at={job.deadline} now={now} />,
        'Does over': jobLink(job.againOf),
        'Done over as': jobLink(job.doneAgainAs),
        Array:
          job.array === null ? null : (
            <>
              number {job.array.index} of <a href={listHref('jobs', { find: job.array.arrayId })}>{job.array.arrayId}</a>
            </>
          ),
        Template: job.template === null ? null : <Template job={job} isOwn={own !== undefined} />,
        ...(own ? ownRows(own, now) : {}),
      }}
    />
  </Card>
)

function Template({ job: { template }, isOwn }: { readonly job: JobDetail; readonly isOwn: boolean }) {
  if (template === null) return null
  const text = `${template.name}, version ${template.version}`
  return isOwn ? <a href={listHref('submit-job', { template: template.name })}>{text}</a> : text
}

const ownRows = ({ spec, checkpoint, after, retryAt }: JobView, now: number): Readonly<Record<string, ReactNode>> => ({
  'Runs in': spec.runtime.name === 'docker' ? `Docker container${spec.runtime.reference === null ? '' : `, ${spec.runtime.reference}`}` : 'WebAssembly sandbox',
  Image: <CopyId value={spec.runtime.image} what="digest of the image" />,
  Arguments: spec.args.length === 0 ? null : <code>{JSON.stringify(spec.args)}</code>,
  Needs: `${spec.needs.gpus} GPUs, ${formatMemory(spec.needs.ramBytes)} of memory`,
  'Carbon rule': spec.carbon.rule === 'window' ? 'Waits for the best hours before its deadline' : 'Starts at once',
  'Runs after':
    after.length === 0
      ? null
      : after.map(({ jobId, arrayId }) => <span key={jobId ?? arrayId}>{jobId === undefined ? `array ${arrayId} ` : jobLink(jobId)} </span>),
  'Tried again': retryAt === null ? null : <Utc at={retryAt} now={now} />,
  'Goes on from':
    checkpoint === null ? null : (
      <>
        a checkpoint of <Utc at={checkpoint.savedAt} now={now} />
      </>
    ),
})
