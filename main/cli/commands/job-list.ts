import { type Command, Option } from 'commander'
import { JobState, type JobView } from '../../../shared/contract/job.ts'
import { dateWord, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { reasonOf, usd } from '../format.ts'
import { coordinatorClient } from '../instance.ts'
import { table } from '../output.ts'
import { type WatchOption, showOrWatch, watchOption } from '../watch.ts'

interface ListOptions extends CommonOptions, WatchOption {
  readonly state?: JobState
  readonly array?: string
  readonly template?: string
  readonly limit: number
  readonly after?: string
}

type JobPage = Awaited<ReturnType<typeof look>>

const HEADER = ['job', 'state', 'runtime', 'submitted', 'paid', 'name']

function look({ state, array, template, limit, after, ...where }: ListOptions) {
  const filter = { ...(array === undefined ? {} : { array }), ...(template === undefined ? {} : { template }) }
  const page = { state: state ?? null, ...filter, limit, after: after ?? null }
  return coordinatorClient(whereOf(where)).call('listJobs', page)
}

const rowOf = (job: JobView): string[] => [
  job.jobId,
  job.state,
  job.spec.runtime.name,
  dateWord(Date.parse(job.submittedAt), ownTimeZone()),
  job.priceMicroUsd ? usd(job.priceMicroUsd) : '–',
  `${job.spec.name}${reasonOf(job) ? ` (${reasonOf(job)})` : ''}`,
]

const linesOf = ({ items, next }: JobPage): string[] =>
  items.length === 0
    ? ['No jobs. Have one done with: windfall job run --sample wasm']
    : [...table([HEADER, ...items.map(rowOf)]), ...(next ? [`more: --after ${next}`] : [])]

export const jobListCommand = (): Command =>
  action<ListOptions>(
    watchOption(
      createCommand('list', 'jobs, newest first', 'coordinator')
        .addOption(new Option('--state <state>', 'only those in this state').choices(JobState.options))
        .option('--array <array>', 'only the jobs of this array, in their order')
        .option('--template <template>', 'only jobs that were made from this template')
        .option('--limit <n>', 'how many', pageLimit, 50)
        .option('--after <cursor>', 'the “next” of the page before'),
    ),
    (options, output) => showOrWatch({ look: () => look(options), lines: linesOf }, options, output),
  )
