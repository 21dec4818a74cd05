import type { Access } from '../../../shared/contract/define.ts'
import type { JsonSchema } from '../../../shared/contract/examples/example-of.ts'

export interface RawParameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly schema: JsonSchema
  readonly example: string | number
}

/** A route that is no call of the contract: what it carries is no JSON of ours. */
export interface RawRoute {
  readonly operationId: string
  readonly method: 'get' | 'put' | 'post'
  readonly path: string
  readonly access: Access
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly RawParameter[]
  /** What may be asked for behind the question mark, an object. */
  readonly query?: JsonSchema
  readonly body?: { readonly type: string; readonly maxBytes: number }
  /** Of a good answer: what it is, and a short example of each kind. */
  readonly answers: Readonly<Record<string, { readonly schema: JsonSchema; readonly example: unknown }>>
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

export const text = (example: string) => ({ schema: { type: 'string' }, example })
export const bytes = { schema: { type: 'string', contentEncoding: 'binary' }, example: 'the bytes themselves' }
export const inPath = (name: string, example: string | number, schema: JsonSchema = { type: 'string' }): RawParameter => ({ name, in: 'path', schema, example })
export const object = (properties: Readonly<Record<string, JsonSchema>>, example: object) => ({
  schema: { type: 'object', properties, required: Object.keys(properties), additionalProperties: false },
  example,
})
