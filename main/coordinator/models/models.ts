import { isDeepStrictEqual } from 'node:util'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { JobSpec } from '../../../shared/contract/job.ts'
import { type Model, type ModelView, type modelCalls, modelIdOf, modelNamed } from '../../../shared/contract/model.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type StoredModel, createModelsStore } from './models.store.ts'

type In<K extends keyof typeof modelCalls> = InputOf<(typeof modelCalls)[K]>
type Out<K extends keyof typeof modelCalls> = OutputOf<(typeof modelCalls)[K]>

export interface Models {
  /** Error: `conflict` if this version is something else already. */
  readonly add: (by: string, model: Model) => Promise<ModelView>
  readonly list: (page: In<'listModels'>) => Promise<Out<'listModels'>>
  /** Error: `not-found`. */
  readonly show: (asked: In<'getModel'>) => Promise<ModelView>
  /** A job that names a model runs that model, on a machine that has what it needs. Error: `input.invalid`. */
  readonly check: (spec: JobSpec) => Promise<void>
}

interface ModelDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now'>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
}

const viewOf = ({ addedAt, ...model }: StoredModel): ModelView => ({ ...model, addedAt: toIso(addedAt) })
const modelOf = ({ addedBy: _by, addedAt: _at, ...model }: StoredModel): Model => model

/** The models that jobs of this coordinator may name, so that what is said of a model on receipts is true. */
export function createModels(deps: ModelDeps): Models {
  const store = createModelsStore(deps.db)
  return {
    async add(by, model) {
      return viewOf(await transact(deps.db, (tx) => add(deps, tx, { by, model })))
    },
    async list({ name, after, limit }) {
      const found = await store.list({ name, after: after === null ? null : cursorOf(after), limit: limit + 1 })
      const items = found.slice(0, limit).map(viewOf)
      const last = items.at(-1)
      return { items, next: found.length > limit && last ? modelIdOf(last) : null }
    },
    async show(asked) {
      const model = await store.get(asked)
      if (!model) throw new WindfallError('not-found', `There is no model ${modelIdOf(asked)}. To see those there are: windfall model list`)
      return viewOf(model)
    },
    async check(spec) {
      const named = spec.modelId === null ? null : modelNamed(spec.modelId)
      if (!named) return
      const problem = problemOf(spec, await store.get(named))
      if (problem) throw new WindfallError('input.invalid', `The job names the model ${spec.modelId}, ${problem}`)
    },
  }
}

function cursorOf(after: string): Pick<Model, 'name' | 'version'> {
  const found = modelNamed(after)
  if (!found) throw new WindfallError('input.invalid', `“${after}” is not the “next” of a page.`)
  return found
}

async function add({ clock, decide }: ModelDeps, tx: Tx, { by, model }: { readonly by: string; readonly model: Model }): Promise<StoredModel> {
  const models = createModelsStore(tx)
  const known = await models.get(model)
  if (known && isDeepStrictEqual(modelOf(known), model)) return known
  if (known) throw new WindfallError('conflict', `Model ${modelIdOf(model)} is something else already, and receipts may name it. Add another version.`)
  const added = { ...model, addedBy: by, addedAt: clock.now() }
  await models.add(added)
  await decide(tx, 'model.added', { model: modelIdOf(model), by, image: model.runtime.image })
  return added
}

function problemOf({ runtime, needs }: JobSpec, model: Model | null): string | null {
  if (!model) return 'which is not known here. To see those that are: windfall model list'
  if (runtime.name !== model.runtime.name || runtime.image !== model.runtime.image)
    return `whose image is ${model.runtime.image} (${model.runtime.name}), but runs ${runtime.image} (${runtime.name}).`
  const { gpus, vramBytes, ramBytes } = model.needs
  if (needs.gpus < gpus || needs.vramBytes < vramBytes || needs.ramBytes < ramBytes)
    return `which needs at least ${gpus} GPUs with ${vramBytes} bytes each and ${ramBytes} bytes of memory: ask for as much.`
  return null
}
