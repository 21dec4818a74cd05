import type { Command } from 'commander'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import { readItems } from '../array-rows.ts'
import { describeArray } from '../array-text.ts'
import { action, createCommand, whereOf } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { afterInputs } from '../input-option.ts'
import { followArray, followJob } from '../following.ts'
import { type Where, coordinatorClient, uploadArchive } from '../instance.ts'
import { type SpecOptions, afterOf, readJob, specOptions, templateUse } from '../job-options.ts'
import { describeJob } from '../job-text.ts'
import type { Output } from '../output.ts'
import type { Sample } from '../samples.ts'

interface SubmitOptions extends SpecOptions {
  readonly template?: string
  readonly set?: readonly string[]
  readonly array?: string
  readonly after?: readonly string[]
  readonly afterArray?: readonly string[]
  readonly bestEffort?: boolean
  readonly vault?: string
  readonly wait?: boolean
}

const HELP = `
Many jobs at once: --array 0-99 submits one hundred, all or none; {index} in an argument or a value of the environment is the number of each.
--array frames.csv or frames.jsonl takes one job from each row, with {name} for the column or member of that name; {{name}} is the text {name}.
  windfall job submit render.json --array 0-99 --arg --frame '{index}' --wait
  windfall job submit --template render --set scene=forest --after 01J8…

A chain of jobs: what one produces is what the next one begins with; it waits until that is there.
  windfall job submit merge.json --input scene.blend=scene.blend --input frames/1=job:01J8… --input frames/2=job:01J9…`

/** Stores what a job runs and begins with where nodes can fetch it. */
export async function upload(where: Where, { spec, archive, uploads = [] }: Sample): Promise<void> {
  if (archive && spec.runtime.archive) await uploadArchive(where, spec.runtime.archive, archive)
  for (const { digest, bytes } of uploads) await uploadArchive(where, digest, bytes)
}

/** A job that is uploaded first, or a template that is there already. */
async function jobOf(options: SubmitOptions, file: string | undefined) {
  const { template, set } = options
  if (template !== undefined) return { template: templateUse({ ...options, template }, file) }
  if (set !== undefined) throw new WindfallError('input.invalid', '--set gives the parameters of a template: name it with --template.')
  const job = await readJob(options, file)
  await upload(whereOf(options), job)
  return { spec: job.spec }
}

/** What one job and many have in common. */
async function bodyOf(options: SubmitOptions, file: string | undefined) {
  const job = await jobOf(options, file)
  const after = afterInputs(job.spec?.inputs ?? [], afterOf(options.after, options.afterArray))
  return { ...job, after, admission: options.bestEffort ? ('best-effort' as const) : ('strict' as const) }
}

async function submitJob(options: SubmitOptions, output: Output, file: string | undefined): Promise<number> {
  const body = await bodyOf(options, file)
  const where = whereOf(options)
  const view = await coordinatorClient(where).call('submitJob', { jobId: options.vault ?? createIds(systemClock).next(), ...body })
  const ended = options.wait ? await followJob(where, view, output.progress) : view
  output.answer(ended, () => describeJob(ended))
  return options.wait && ended.state !== 'completed' ? EXIT.failed : EXIT.ok
}

async function submitArray(options: SubmitOptions & { readonly array: string }, output: Output, file: string | undefined): Promise<number> {
  if (options.vault !== undefined)
    throw new WindfallError(
      'input.invalid',
      'An array cannot be protected: a vault is for one job. Submit its jobs one by one, each with a vault of its own, or pay in for the array: windfall requester deposit',
    )
  const items = readItems(options.array)
  const body = await bodyOf(options, file)
  const where = whereOf(options)
  const view = await coordinatorClient(where).call('submitArray', { arrayId: createIds(systemClock).next(), ...body, ...items })
  const ended = options.wait ? await followArray(where, view, output.progress) : view
  output.answer(ended, () => describeArray(ended))
  return options.wait && ended.states.completed !== ended.jobs ? EXIT.failed : EXIT.ok
}

export const jobSubmitCommand = (): Command =>
  action<SubmitOptions>(
    specOptions(createCommand('submit', 'submit a job, or an array of jobs', 'coordinator'))
      .option('--template <template>', 'make the job from this template; name@3 is its third version')
      .option('--set <name=value...>', 'parameters of the template')
      .option('--array <indexes|file>', 'submit many jobs: indexes such as 0-99, or a file of parameters, .jsonl or .csv')
      .option('--after <job...>', 'run after this job has completed; id:ended if it may fail as well')
      .option('--after-array <array...>', 'run after all jobs of this array have completed; id:ended if they may fail as well')
      .option('--best-effort', 'take it even if by estimate it cannot be done by its deadline, or no machine has what it needs')
      .option('--vault <job>', 'a protected job, paid out of the vault that you opened for it: windfall vault open. Not for arrays')
      .option('--wait', 'stay until it has ended; exit code 1 if not all of it completed')
      .addHelpText('after', HELP),
    (options, output, [file]) =>
      options.array === undefined ? submitJob(options, output, file) : submitArray({ ...options, array: options.array }, output, file),
  )
