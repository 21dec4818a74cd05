import { writeFileSync } from 'node:fs'
import { Argument, Command } from 'commander'
import { parse } from '../../../shared/contract/define.ts'
import { JobState, type JobView } from '../../../shared/contract/job.ts'
import { RuntimeName } from '../../../shared/contract/wire.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import { dateWord, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, pageLimit, parseWhen, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { reasonOf, usd } from '../format.ts'
import { type Where, coordinatorClient, uploadArchive } from '../instance.ts'
import { EXAMPLE_HELP, JOB_EXAMPLE } from '../job-example.ts'
import { readJobFile } from '../job-file.ts'
import { describeJob } from '../job-text.ts'
import { parseObjective } from '../objective-option.ts'
import { table } from '../output.ts'
import { describePlan } from '../plan-text.ts'
import { type Sample, loadSample } from '../samples.ts'
import { jobImportCommand } from './job-import.ts'

const FINAL: readonly JobState[] = ['completed', 'failed', 'expired', 'cancelled']
const DEFAULT_DEADLINE = '6h'

interface SpecOptions extends CommonOptions {
  readonly sample?: string
  readonly deadline?: string
  readonly objective?: string
  readonly arg?: readonly string[]
  readonly archive?: string
}

/** The job from a file or the bundled sample, with what the command line changes about it. */
async function readJob(options: SpecOptions, file: string | undefined): Promise<Sample> {
  const now = systemClock.now()
  const deadline = options.deadline === undefined ? undefined : toIso(parseWhen(options.deadline, now))
  const defaultDeadline = toIso(parseWhen(DEFAULT_DEADLINE, now))
  if (options.sample && file) throw new WindfallError('input.invalid', 'Give either a job file or --sample, not both.')
  if (options.sample && options.archive) throw new WindfallError('input.invalid', 'A sample brings what it runs: --archive goes with a job file.')
  const { spec, archive } = options.sample
    ? await loadSample(options.sample, deadline ?? defaultDeadline)
    : await readJobFile(requireFile(file), { deadline, defaultDeadline, archive: options.archive })
  // Other arguments make another output, so the hash the job came with no longer applies.
  const args = options.arg ? { args: [...options.arg], outputSha256: null } : {}
  const chosen = options.objective === undefined ? {} : { objective: parseObjective(options.objective), carbon: { ...spec.carbon, rule: 'window' as const } }
  return { spec: { ...spec, ...args, ...chosen }, archive }
}

function requireFile(file: string | undefined): string {
  if (file) return file
  throw new WindfallError(
    'input.invalid',
    'Give a job file, or use a bundled one: --sample wasm or --sample docker. A job file to begin with: windfall job example docker > job.json',
  )
}

async function upload(where: Where, { spec, archive }: Sample): Promise<void> {
  if (archive && spec.runtime.archive) await uploadArchive(where, spec.runtime.archive, archive)
}

const specOptions = (command: Command): Command =>
  command
    .argument('[file]', 'job specification, JSON')
    .option('--sample <runtime>', 'use the bundled sample job: wasm or docker')
    .option('--deadline <when>', `finish by: a duration (30m, 6h, 2d) or a UTC time (default: what the job file says, or ${DEFAULT_DEADLINE})`)
    .option('--arg <value...>', 'arguments for the job, instead of those it comes with')
    .option('--archive <file>', 'what the job runs: a .wasm module, or an image from docker save')
    .option('--objective <what>', 'wait for the window that is best for this: green, cheap, fast, balanced, or weights such as carbon=2,cost=1')
    .addHelpText('after', EXAMPLE_HELP)

const example = () =>
  action<CommonOptions>(
    createCommand('example', 'a complete job file to begin with').addArgument(
      new Argument('[runtime]', 'what the job runs in').choices(RuntimeName.options).default('docker'),
    ),
    async (_, output, [runtime]) => {
      const name = runtime === 'wasm' ? 'wasm' : 'docker'
      output.answer(JOB_EXAMPLE[name], () => [JSON.stringify(JOB_EXAMPLE[name], null, 2)])
      output.progress(`Save it as job.json, then: windfall job submit job.json --archive ${name === 'wasm' ? 'module.wasm' : 'image.tar'}`)
    },
  )

const submit = () =>
  action<SpecOptions & { wait?: boolean }>(
    specOptions(createCommand('submit', 'submit a job', 'coordinator')).option('--wait', 'stay until the job has ended; exit code 1 if it did not complete'),
    async (options, output, [file]) => {
      const job = await readJob(options, file)
      const where = whereOf(options)
      const client = coordinatorClient(where)
      await upload(where, job)
      const view = await client.call('submitJob', { jobId: createIds(systemClock).next(), spec: job.spec })
      const ended = options.wait ? await follow(where, view, output.progress) : view
      output.answer(ended, () => describeJob(ended))
      return options.wait && ended.state !== 'completed' ? EXIT.failed : EXIT.ok
    },
  )

/** Polls until the job has ended, saying each new state once. */
async function follow(where: Where, first: JobView, say: (line: string) => void): Promise<JobView> {
  const client = coordinatorClient(where)
  const never = new AbortController().signal
  let job = first
  let said = ''
  for (;;) {
    const line = `${job.state}${reasonOf(job) ? `: ${reasonOf(job)}` : ''}`
    if (line !== said) say(`${job.jobId}  ${line}`)
    said = line
    if (FINAL.includes(job.state)) return job
    await systemClock.sleep(400, never)
    job = await client.call('getJob', { jobId: job.jobId })
  }
}

const plan = () =>
  action<SpecOptions>(
    specOptions(createCommand('plan', 'explain where and when a job would run, without submitting it', 'coordinator')),
    async (options, output, [file]) => {
      const { spec } = await readJob(options, file)
      const answer = await coordinatorClient(whereOf(options)).call('planJob', { spec })
      output.answer(answer, () => describePlan(answer))
      return answer.plan ? EXIT.ok : EXIT.failed
    },
  )

const list = () =>
  action<CommonOptions & { state?: string; limit: number; after?: string }>(
    createCommand('list', 'jobs, newest first', 'coordinator')
      .option('--state <state>', `only: ${JobState.options.join(', ')}`)
      .option('--limit <n>', 'how many', pageLimit, 20)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const state = options.state === undefined ? null : parse(JobState, options.state, 'state')
      const page = await coordinatorClient(whereOf(options)).call('listJobs', { state, limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((job) => [
        job.jobId,
        job.state,
        job.spec.runtime.name,
        dateWord(Date.parse(job.submittedAt), ownTimeZone()),
        job.priceMicroUsd ? usd(job.priceMicroUsd) : '–',
        `${job.spec.name}${reasonOf(job) ? ` (${reasonOf(job)})` : ''}`,
      ])
      output.answer(page, () =>
        rows.length === 0
          ? ['No jobs yet. Submit one with: windfall job submit --sample wasm']
          : [...table([['job', 'state', 'runtime', 'submitted', 'paid', 'name'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

/** What was proven and paid for is what is written, or nothing is. */
function writeOutput(file: string, bytes: Uint8Array, { jobId, outputSha256 }: JobView): void {
  if (sha256Hex(bytes) !== outputSha256)
    throw new WindfallError('internal', `The coordinator sent something else than the output of job ${jobId}. Nothing was written.`)
  try {
    writeFileSync(file, bytes)
  } catch (error) {
    throw new WindfallError('input.invalid', `${file} cannot be written (${messageOf(error)}).`, { cause: error })
  }
}

const show = () =>
  action<CommonOptions & { output?: string }>(
    createCommand('show', 'one job', 'coordinator').argument('<job>', 'job id').option('--output <file>', 'also write what the job produced to this file'),
    async (options, output, [jobId = '']) => {
      const client = coordinatorClient(whereOf(options))
      const job = await client.call('getJob', { jobId })
      if (options.output) {
        const produced = await client.call('getJobOutput', { jobId })
        writeOutput(options.output, Buffer.from(produced.output, 'base64'), job)
        output.progress(`wrote ${options.output}`)
      }
      output.answer(job, () => describeJob(job))
    },
  )

const CANCEL_HELP = `
What it costs: the runs that machines have proven and given back by then, each with its receipt. A run that is under way is stopped and costs nothing.
A job that fails or misses its deadline costs nothing at all. What was set aside beyond that goes back to your balance.`

const cancel = () =>
  action<CommonOptions>(
    createCommand('cancel', 'cancel a job that has not finished', 'coordinator').argument('<job>', 'job id').addHelpText('after', CANCEL_HELP),
    async (options, output, [jobId = '']) => {
      const job = await coordinatorClient(whereOf(options)).call('cancelJob', { jobId })
      output.answer(job, () => describeJob(job))
    },
  )

/** `windfall job …` */
export const jobCommand = (): Command =>
  new Command('job')
    .description('submit jobs and follow them')
    .addCommand(submit())
    .addCommand(plan())
    .addCommand(example())
    .addCommand(jobImportCommand())
    .addCommand(list())
    .addCommand(show())
    .addCommand(cancel())
