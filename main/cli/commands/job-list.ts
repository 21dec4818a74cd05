import type { Command } from 'commander'
import { parse } from '../../../shared/contract/define.ts'
import { JobState, type JobView } from '../../../shared/contract/job.ts'
import { systemClock } from '../../kernel/clock.ts'
import { dateWord, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { reasonOf, usd } from '../format.ts'
import { coordinatorClient } from '../instance.ts'
import { type Output, table } from '../output.ts'

interface ListOptions extends CommonOptions {
  readonly state?: string
  readonly array?: string
  readonly template?: string
  readonly limit: number
  readonly after?: string
  readonly watch?: boolean
}

type JobPage = Awaited<ReturnType<typeof look>>

const LOOK_MS = 1_000
const HEADER = ['job', 'state', 'runtime', 'submitted', 'paid', 'name']

function look({ state, array, template, limit, after, ...where }: ListOptions) {
  const filter = { ...(array === undefined ? {} : { array }), ...(template === undefined ? {} : { template }) }
  const page = { state: state === undefined ? null : parse(JobState, state, 'state'), ...filter, limit, after: after ?? null }
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

const show = (output: Output, page: JobPage): void =>
  output.answer(page, () =>
    page.items.length === 0
      ? ['No jobs. Submit one with: windfall job submit --sample wasm']
      : [...table([HEADER, ...page.items.map(rowOf)]), ...(page.next ? [`more: --after ${page.next}`] : [])],
  )

/** Shows the page, then each of its jobs again whenever something about it has changed, until it is interrupted. */
async function watch(options: ListOptions, output: Output): Promise<void> {
  const never = new AbortController().signal
  const known = new Map<string, string>()
  for (let isFirst = true; ; isFirst = false) {
    const page = await look(options)
    const news = page.items.filter((job) => known.get(job.jobId) !== JSON.stringify(job))
    for (const job of page.items) known.set(job.jobId, JSON.stringify(job))
    if (isFirst) show(output, page)
    else for (const job of news) output.answer(job, () => table([rowOf(job)]))
    await systemClock.sleep(LOOK_MS, never)
  }
}

export const jobListCommand = (): Command =>
  action<ListOptions>(
    createCommand('list', 'jobs, newest first', 'coordinator')
      .option('--state <state>', `only: ${JobState.options.join(', ')}`)
      .option('--array <id>', 'only the jobs of this array, in their order')
      .option('--template <name>', 'only jobs that were made from this template')
      .option('--limit <n>', 'how many', pageLimit, 20)
      .option('--after <cursor>', 'the “next” of the page before')
      .option('--watch', 'stay, and show each job again whenever something about it changes'),
    (options, output) => (options.watch ? watch(options, output) : look(options).then((page) => show(output, page))),
  )
