import { Command } from 'commander'
import type { TemplateView } from '../../../shared/contract/job-template.ts'
import { fromIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { dateWord, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, pageLimit, parseWhen, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'
import { type SpecOptions, parsePairs, parseTemplateName, readJob, specOptions } from '../job-options.ts'
import { table } from '../output.ts'
import { upload } from './job-submit.ts'

const parameterWord = ({ name, default: value }: TemplateView['parameters'][number]): string => (value === null ? name : `${name}=${value}`)

/** The lines `template show` prints. */
const describeTemplate = ({ name, version, spec, deadlineSeconds, parameters, createdAt }: TemplateView): string[] => [
  `template  ${name}@${version}  ${spec.name}`,
  `runtime   ${spec.runtime.name}  ${spec.runtime.image}`,
  `done in   ${deadlineSeconds} s after it is submitted, unless --deadline says otherwise`,
  ...parameters.map((parameter) => `parameter ${parameterWord(parameter)}${parameter.default === null ? '  (has to be set)' : ''}`),
  `kept      ${dateWord(fromIso(createdAt), ownTimeZone())}`,
  `use       windfall job submit --template ${name}${parameters
    .filter((parameter) => parameter.default === null)
    .map((parameter) => ` --set ${parameter.name}=…`)
    .join('')}`,
]

const HELP = `
{name} in an argument or a value of the environment is a parameter, {{name}} is the text {name}. Saving other content under the same name makes
the next version; jobs remember which one they were made from.
  windfall template create render render.json --deadline 12h --default quality=draft`

const create = () =>
  action<SpecOptions & { default?: readonly string[] }>(
    specOptions(createCommand('create', 'keep a job as a template, or its next version', 'coordinator').argument('<name>', 'what the template is called'))
      .option('--default <name=value...>', 'values of parameters that a job may leave out')
      .addHelpText('after', HELP),
    async (options, output, [name = '', file]) => {
      const now = systemClock.now()
      const job = await readJob(options, file)
      const { deadline, earliestStart: _, ...spec } = job.spec
      const defaults = parsePairs(options.default, '--default')
      const deadlineSeconds = Math.round(((options.deadline === undefined ? fromIso(deadline) : parseWhen(options.deadline, now)) - now) / 1_000)
      const where = whereOf(options)
      await upload(where, job)
      const view = await coordinatorClient(where).call('saveTemplate', { name, spec, deadlineSeconds, defaults })
      output.answer(view, () => describeTemplate(view))
    },
  )

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'your templates, by name', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listTemplates', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((one) => [
        one.name,
        String(one.version),
        one.spec.runtime.name,
        one.parameters.map(parameterWord).join(' ') || '–',
        one.spec.name,
      ])
      output.answer(page, () =>
        rows.length === 0
          ? ['No templates yet. Keep a job as one with: windfall template create NAME job.json']
          : [...table([['template', 'version', 'runtime', 'parameters', 'name'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const show = () =>
  action<CommonOptions>(
    createCommand('show', 'one template', 'coordinator').argument('<template>', 'its name; name@2 is its second version'),
    async (options, output, [text = '']) => {
      const view = await coordinatorClient(whereOf(options)).call('getTemplate', parseTemplateName(text))
      output.answer(view, () => describeTemplate(view))
    },
  )

const remove = () =>
  action<CommonOptions>(
    createCommand('remove', 'remove a template in all its versions; jobs made from it stay as they are', 'coordinator').argument('<template>', 'its name'),
    async (options, output, [name = '']) => {
      const answer = await coordinatorClient(whereOf(options)).call('deleteTemplate', { name })
      output.answer(answer, () => [`removed ${name}`])
    },
  )

/** `windfall template …` */
export const templateCommand = (): Command =>
  new Command('template')
    .description('jobs that are submitted again and again, with parameters')
    .addCommand(create())
    .addCommand(list())
    .addCommand(show())
    .addCommand(remove())
