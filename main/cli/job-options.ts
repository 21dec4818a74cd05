import { type Command, Option } from 'commander'
import type { After } from '../../shared/contract/job-links.ts'
import type { Parameters, TemplateUse } from '../../shared/contract/job-template.ts'
import type { Model } from '../../shared/contract/model.ts'
import { MAX_QUORUM } from '../../shared/contract/quorum.ts'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import { systemClock } from '../kernel/clock.ts'
import { type CommonOptions, parseWhen, whereOf, wholeNumber } from './command.ts'
import { EXAMPLE_HELP } from './job-example.ts'
import { readInputs } from './input-option.ts'
import { coordinatorClient } from './instance.ts'
import { readJobFile } from './job-file.ts'
import { parseModelId } from './model-file.ts'
import { parseObjective } from './objective-option.ts'
import { quorumOf } from './quorum-option.ts'
import { type Sample, loadSample } from './samples.ts'

const DEFAULT_DEADLINE = '6h'

/** What a command line may say of a job that is written in a file. */
export interface SpecOptions extends CommonOptions {
  readonly sample?: string
  readonly deadline?: string
  readonly objective?: string
  readonly arg?: readonly string[]
  readonly archive?: string
  readonly input?: readonly string[]
  readonly retries?: number
  readonly results?: number
  readonly tolerance?: string
}

export const specOptions = (command: Command): Command =>
  command
    .argument('[file]', 'job specification, JSON')
    .addOption(new Option('--sample <runtime>', 'use the bundled sample job').choices(['wasm', 'docker']))
    .option('--deadline <when>', `finish by: a duration (30m, 6h, 2d) or a UTC time (default: what the job file says, or ${DEFAULT_DEADLINE})`)
    .option('--arg <value...>', 'arguments for the job, instead of those it comes with')
    .option('--archive <file>', 'what the job runs: a .wasm module, or an image from docker save')
    .option('--input <path=file...>', 'a file that the job finds at /job/in/path, up to 64 MiB in all; path=job:ID is what that job produced')
    .option('--retries <n>', 'how often to begin again after it failed by itself, each time after a longer pause', wholeNumber(0, 20))
    .option(
      '--results <n>',
      'how many results of machines of different owners have to agree; each is paid. 1: whether others repeat it is left to the coordinator, which pays for it',
      wholeNumber(1, MAX_QUORUM),
    )
    .option(
      '--tolerance <how>',
      'compare results number by number instead of byte by byte: json-numbers:1e-6, csv:relative=1e-6,absolute=0.01, float32-le:1e-5',
    )
    .option('--objective <what>', 'wait for the window that is best for this: green, cheap, fast, balanced, or weights such as carbon=2,cost=1')
    .addHelpText('after', EXAMPLE_HELP)

/** The job from a file or the bundled sample, with what the command line changes about it. */
export async function readJob(options: SpecOptions, file: string | undefined): Promise<Sample> {
  const now = systemClock.now()
  const deadline = deadlineOf(options)
  const defaultDeadline = toIso(parseWhen(DEFAULT_DEADLINE, now))
  if (options.sample && file) throw new WindfallError('input.invalid', 'Give either a job file or --sample, not both: leave one of them out.')
  if (options.sample && options.archive)
    throw new WindfallError('input.invalid', 'A sample brings what it runs: leave --archive out, or give a job file in place of --sample.')
  const { spec, archive } = options.sample
    ? await loadSample(options.sample, deadline ?? defaultDeadline)
    : await readJobFile(requireFile(file), { deadline, defaultDeadline, archive: options.archive, modelOf: (modelId) => modelOf(options, modelId) })
  // Other arguments make another output, so the hash the job came with no longer applies.
  const args = options.arg ? { args: [...options.arg], outputSha256: null } : {}
  const chosen = options.objective === undefined ? {} : { objective: parseObjective(options.objective), carbon: { ...spec.carbon, rule: 'window' as const } }
  const retries = options.retries === undefined ? {} : { retries: options.retries }
  const { inputs, uploads } = readInputs(options.input ?? [])
  const given = inputs.length === 0 ? {} : { inputs: [...(spec.inputs ?? []), ...inputs] }
  const quorum = quorumOf(options, spec.quorum)
  return { spec: { ...spec, ...args, ...chosen, ...retries, ...given, ...quorum }, archive, uploads }
}

const modelOf = (options: SpecOptions, modelId: string): Promise<Model> => coordinatorClient(whereOf(options)).call('getModel', parseModelId(modelId))

const deadlineOf = ({ deadline }: SpecOptions): string | undefined => (deadline === undefined ? undefined : toIso(parseWhen(deadline, systemClock.now())))

function requireFile(file: string | undefined): string {
  if (file) return file
  throw new WindfallError(
    'input.invalid',
    'Give a job file, or use a bundled one: --sample wasm or --sample docker. A job file to begin with: windfall job example docker > job.json',
  )
}

/** `key=value` pairs, each key once. Error: `input.invalid`. */
export function parsePairs(pairs: readonly string[] = [], option: string): Parameters {
  const parsed = pairs.map(
    (pair) => /^([a-z][a-z0-9_]*)=(.*)$/s.exec(pair) ?? refuse(`${option} takes name=value with a name in small letters, not “${pair}”.`),
  )
  const given = Object.fromEntries(parsed.map(([, name = '', value = '']) => [name, value]))
  return Object.keys(given).length === parsed.length ? given : refuse(`${option} gives a name twice.`)
}

const refuse = (message: string): never => {
  throw new WindfallError('input.invalid', message)
}

/** `name`, or `name@version`. Error: `input.invalid`. */
export function parseTemplateName(text: string): Pick<TemplateUse, 'name' | 'version'> {
  const [, name = '', version] = /^([^@]+)(?:@(\d{1,9}))?$/.exec(text) ?? refuse(`“${text}” is no template: give its name, or name@version.`)
  return { name, version: version === undefined ? null : Number(version) }
}

const FROM_FILE = ['sample', 'arg', 'archive', 'input', 'objective', 'retries', 'results', 'tolerance'] as const

/** `name` or `name@version`, with its parameters. Error: `input.invalid` for options that only a job file has. */
export function templateUse(options: SpecOptions & { readonly template: string; readonly set?: readonly string[] }, file: string | undefined): TemplateUse {
  const stray = file === undefined ? FROM_FILE.find((name) => options[name] !== undefined) : 'a job file'
  if (stray) refuse(`A template is the whole job: leave ${stray === 'a job file' ? stray : `--${stray}`} out.`)
  return { ...parseTemplateName(options.template), set: parsePairs(options.set, '--set'), deadline: deadlineOf(options) ?? null }
}

const linkOf = (text: string): { readonly id: string; readonly when: 'completed' | 'ended' } => {
  const [, id = '', ended] =
    /^([^:]+)(:ended)?$/.exec(text) ?? refuse(`“${text}” is nothing to run after: give an id, or id:ended if a failure will do as well.`)
  return { id, when: ended ? 'ended' : 'completed' }
}

/** What a job runs after: ids of jobs and of arrays, each with `:ended` behind it if it does not have to complete. */
export const afterOf = (jobs: readonly string[] = [], arrays: readonly string[] = []): After => [
  ...jobs.map(linkOf).map(({ id, when }) => ({ jobId: id, when })),
  ...arrays.map(linkOf).map(({ id, when }) => ({ arrayId: id, when })),
]
