import { Command } from 'commander'
import { type ModelView, modelIdOf } from '../../../shared/contract/model.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'
import { MODEL_HELP, parseModelId, readModelFile } from '../model-file.ts'
import { table } from '../output.ts'

const gibibytes = (bytes: number): string => (bytes === 0 ? '' : `${(bytes / 2 ** 30).toFixed(1)} GiB`)

const describe = (model: ModelView): string[] => [
  `model    ${modelIdOf(model)}`,
  ...(model.description ? [`         ${model.description}`] : []),
  `kind     ${model.kind}`,
  `runs     ${model.runtime.image} (${model.runtime.name})`,
  `needs    ${model.needs.gpus} GPUs${model.needs.gpus > 0 ? ` with ${gibibytes(model.needs.vramBytes)} each` : ''}, ${gibibytes(model.needs.ramBytes) || 'no'} memory`,
  `added    ${model.addedAt} by ${model.addedBy}`,
]

const add = () =>
  action<CommonOptions>(
    createCommand('add', 'add a version of a model; it never changes afterwards. For operators', 'coordinator')
      .argument('<file>', 'the model, JSON')
      .addHelpText('after', MODEL_HELP),
    async (options, output, [file = '']) => {
      const model = await coordinatorClient(whereOf(options)).call('addModel', readModelFile(file))
      output.answer(model, () => describe(model))
    },
  )

const list = () =>
  action<CommonOptions & { name?: string; limit: number; after?: string }>(
    createCommand('list', 'models that jobs may name', 'coordinator')
      .option('--name <name>', 'only the versions of this one')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const asked = { name: options.name ?? null, limit: options.limit, after: options.after ?? null }
      const page = await coordinatorClient(whereOf(options)).call('listModels', asked)
      const rows = page.items.map((model) => [
        modelIdOf(model),
        model.kind,
        model.runtime.name,
        String(model.needs.gpus),
        gibibytes(model.needs.vramBytes),
        model.description,
      ])
      output.answer(page, () =>
        rows.length === 0
          ? ['There is no model. An operator adds one with: windfall model add model.json']
          : [...table([['model', 'kind', 'runtime', 'gpus', 'vram', 'what it is'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const show = () =>
  action<CommonOptions>(
    createCommand('show', 'one version of a model', 'coordinator').argument('<model>', 'name@version'),
    async (options, output, [modelId = '']) => {
      const model = await coordinatorClient(whereOf(options)).call('getModel', parseModelId(modelId))
      output.answer(model, () => describe(model))
    },
  )

/** `windfall model …` */
export const modelCommand = (): Command =>
  new Command('model').description('models that jobs may name, and receipts name them by').addCommand(add()).addCommand(list()).addCommand(show())
