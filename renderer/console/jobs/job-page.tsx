import { useQuery } from '@tanstack/react-query'
import type { JobView } from '../../../shared/contract/job.ts'
import type { JobDetail } from '../../../shared/contract/work.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Page } from '../../ui/page.tsx'
import { Answered } from '../answered.tsx'
import { DecisionsAbout } from '../decisions-about.tsx'
import { useMay } from '../me.ts'
import { hrefOf } from '../routes.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { jobWord } from '../words.ts'
import { useJobRights } from './job-acts.tsx'
import { AboutJob } from './job-about.tsx'
import { JobLogCard } from './job-log.tsx'
import { MoneyCard } from './job-money.tsx'
import { shownName } from './job-name.ts'
import { ResultCard } from './job-result.tsx'
import { JobVerbs } from './job-verbs.tsx'
import { hasEnded } from './job-words.ts'
import { planRows } from './plan-facts.tsx'
import { QuorumCard } from './quorum-card.tsx'
import { Timeline } from './timeline-list.tsx'
import { WhyNot } from './why-not.tsx'

/** One job: where it stands and why, where it was planned and ran, and what it cost; of one's own also what it says and made. */
export function JobPage({ jobId }: { readonly jobId: string }) {
  const { client } = useServices()
  const work = useQuery({ queryKey: ['jobs', 'work', jobId], queryFn: () => client.call('getWork', { jobId }) })
  return (
    <Page title={work.data ? shownName(work.data) : 'Job'} above={<a href={hrefOf({ page: 'jobs' })}>All jobs</a>}>
      <Answered query={work} what="this job">
        {(job) => <Detail job={job} />}
      </Answered>
    </Page>
  )
}

/** What only its requester sees of a job; `undefined` while it is not known, and for everybody else. */
function useOwn(job: JobDetail): JobView | undefined {
  const { client } = useServices()
  const { jobId } = job
  const mayRead = useMay('jobs.read')
  const isOwn = useJobRights().isSubmitter(job) && mayRead
  return useQuery({ queryKey: ['jobs', 'own', jobId], queryFn: () => client.call('getJob', { jobId }), enabled: isOwn }).data
}

function Detail({ job }: { readonly job: JobDetail }) {
  const now = useNow()
  const own = useOwn(job)
  return (
    <>
      <p>
        <Badge state={jobWord(job.state)} look="pill" />
      </p>
      <JobVerbs job={job} own={own} />
      <Card title="Its way">
        <Timeline job={job} now={now} />
      </Card>
      {hasEnded(job) ? null : <Waiting own={own} />}
      {job.plan === null ? null : (
        <Card title="Plan" aside="expected, not measured">
          <Facts rows={planRows(job.plan, now)} />
        </Card>
      )}
      {job.quorum === null ? null : <QuorumCard quorum={job.quorum} now={now} />}
      <MoneyCard job={job} receiptIds={own?.receiptIds ?? null} />
      {own ? <ResultCard job={own} now={now} /> : null}
      {own ? <JobLogCard job={own} /> : null}
      <DecisionsAbout about={`job:${job.jobId}`} now={now} />
      <AboutJob job={job} own={own} now={now} />
    </>
  )
}

/** Why machines cannot take it now. Only its requester is told by count; the decisions below say it to operators. */
const Waiting = ({ own }: { readonly own: JobView | undefined }) =>
  own === undefined || Object.keys(own.excluded).length === 0 ? null : (
    <Card title="Why not elsewhere">
      <WhyNot excluded={own.excluded} />
    </Card>
  )
