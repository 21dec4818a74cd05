/** Models that jobs may name: what runs them, what they need, and what receipts call them. */
import { z } from 'zod'
import { call } from './define.ts'
import { http } from './http-binding.ts'
import { JobRuntime, JobSpec } from './job.ts'
import { Actor, IsoTime, pageOf } from './wire.ts'

const ModelName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,59}$/, 'expected a name of small letters, digits and . _ -')
const ModelVersion = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,39}$/, 'expected a version such as 1.0.2')

/** What a model is. It never changes: another one is another version. */
export const Model = z.strictObject({
  name: ModelName,
  version: ModelVersion,
  description: z.string().max(300).default(''),
  kind: JobSpec.shape.kind,
  runtime: JobRuntime,
  /** The least that a machine must have to run it. */
  needs: JobSpec.shape.needs,
})
export type Model = z.infer<typeof Model>

export const ModelView = Model.extend({ addedBy: Actor, addedAt: IsoTime })
export type ModelView = z.infer<typeof ModelView>

/** `name@version`, as jobs and receipts say it. */
export const modelIdOf = ({ name, version }: Pick<Model, 'name' | 'version'>): string => `${name}@${version}`

/** The model that an id names; `null` for a label that names none. */
export function modelNamed(modelId: string): Pick<Model, 'name' | 'version'> | null {
  const at = modelId.indexOf('@')
  return at === -1 ? null : { name: modelId.slice(0, at), version: modelId.slice(at + 1) }
}

export const modelCalls = {
  addModel: call(Model, ModelView, http('POST', '/v1/models', 'models.write', 'Add a version of a model; repeating it is harmless. For operators')),
  listModels: call(
    z.strictObject({
      name: ModelName.nullable().default(null),
      after: z.string().max(128).nullable().default(null),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    pageOf(ModelView),
    http('GET', '/v1/models', 'models.read', 'Models that jobs may name, by name and version'),
  ),
  getModel: call(
    z.strictObject({ name: ModelName, version: ModelVersion }),
    ModelView,
    http('GET', '/v1/models/{name}/{version}', 'models.read', 'One version of a model'),
  ),
}
