import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import type { JsonSchema } from '../../../shared/contract/examples/example-of.ts'
import { componentSchemas } from './openapi-schemas.ts'

export const components = componentSchemas()

/** Tenths are no binary fractions; what a format says its pattern says too. */
const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false, multipleOfPrecision: 6 })
ajv.addSchema({ $id: 'windfall', components: { schemas: components.schemas } })

const made = new Map<string, ValidateFunction>()

/** Whether a value is what a published schema says, as a reader's own validator finds out. */
export function isPublished(schema: JsonSchema, value: unknown): boolean {
  const text = JSON.stringify(schema).replaceAll('"#/components', '"windfall#/components')
  const validate = made.get(text) ?? ajv.compile(JSON.parse(text) as object)
  made.set(text, validate)
  return validate(value)
}
