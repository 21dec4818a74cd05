import { Argument, Command } from 'commander'
import { RuntimeName } from '../../../shared/contract/wire.ts'
import { type CommonOptions, action, createCommand, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { coordinatorClient } from '../instance.ts'
import { JOB_EXAMPLE } from '../job-example.ts'
import { type SpecOptions, readJob, specOptions } from '../job-options.ts'
import { describeJob } from '../job-text.ts'
import { describePlan } from '../plan-text.ts'
import { jobImportCommand } from './job-import.ts'
import { jobListCommand } from './job-list.ts'
import { jobLogsCommand } from './job-logs.ts'
import { jobResultCommand, saveResult } from './job-result.ts'
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

const show = () =>
  action<CommonOptions & { output?: string }>(
    createCommand('show', 'one job', 'coordinator').argument('<job>', 'job id').option('--output <file>', 'also write what the job produced to this file'),
    async (options, output, [jobId = '']) => {
      const job = await coordinatorClient(whereOf(options)).call('getJob', { jobId })
      if (options.output) {
        await saveResult(whereOf(options), job, options.output)
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
    .addCommand(jobSubmitCommand())
    .addCommand(plan())
    .addCommand(example())
    .addCommand(jobImportCommand())
    .addCommand(jobListCommand())
    .addCommand(show())
    .addCommand(jobLogsCommand())
    .addCommand(jobResultCommand())
    .addCommand(cancel())
