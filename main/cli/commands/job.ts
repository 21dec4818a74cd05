import { Argument, Command } from 'commander'
import type { JobView } from '../../../shared/contract/job.ts'
import { RuntimeName } from '../../../shared/contract/wire.ts'
import { type CommonOptions, action, createCommand, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { FINAL } from '../following.ts'
import { coordinatorClient } from '../instance.ts'
import { JOB_EXAMPLE } from '../job-example.ts'
import { type SpecOptions, readJob, specOptions } from '../job-options.ts'
import { describeJob } from '../job-text.ts'
import type { Output } from '../output.ts'
import { describePlan } from '../plan-text.ts'
import { type WatchOption, showOrWatch, watchOption } from '../watch.ts'
import { jobImportCommand } from './job-import.ts'
import { jobListCommand } from './job-list.ts'
import { jobLogsCommand } from './job-logs.ts'
import { jobResultCommand, saveResult } from './job-result.ts'
import { jobRunCommand } from './job-run.ts'
import { jobSubmitCommand } from './job-submit.ts'

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

const isOver = ({ state }: JobView): boolean => FINAL.includes(state)
const exitCode = ({ state }: JobView): number => (state === 'completed' ? EXIT.ok : EXIT.failed)

/** Shows a job until it has ended, and then writes what it produced if that is asked for. */
async function watchJob({ output: file, ...options }: CommonOptions & { output?: string }, jobId: string, output: Output): Promise<number> {
  const where = whereOf(options)
  const look = () => coordinatorClient(where).call('getJob', { jobId })
  const code = await showOrWatch({ look, lines: (job: JobView) => describeJob(job), isOver, exitCode }, { watch: true }, output)
  if (file === undefined || code !== EXIT.ok) return code
  const job = await look()
  // Whoever has ended the watching has not waited for it.
  if (!isOver(job)) return code
  await saveResult(where, job, file)
  output.progress(`wrote ${file}`)
  return code
}

const show = () =>
  action<CommonOptions & WatchOption & { output?: string }>(
    watchOption(
      createCommand('show', 'one job: how it is, why, and what it came to', 'coordinator')
        .argument('<job>', 'job id')
        .option('--output <file>', 'also write what the job produced to this file'),
      'until it has ended; exit code 1 if it did not complete',
    ),
    async (options, output, [jobId = '']) => {
      if (options.watch) return watchJob(options, jobId, output)
      const job = await coordinatorClient(whereOf(options)).call('getJob', { jobId })
      if (options.output) {
        await saveResult(whereOf(options), job, options.output)
        output.progress(`wrote ${options.output}`)
      }
      output.answer(job, () => describeJob(job))
      return EXIT.ok
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
    .addCommand(jobRunCommand())
    .addCommand(jobSubmitCommand())
    .addCommand(plan())
    .addCommand(example())
    .addCommand(jobImportCommand())
    .addCommand(jobListCommand())
    .addCommand(show())
    .addCommand(jobLogsCommand())
    .addCommand(jobResultCommand())
    .addCommand(cancel())
