import { MEMBERS, SHAPES } from './member-examples.ts'

/** As much of a JSON Schema (2020-12) as the contract's shapes come to. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly contentEncoding?: string
  readonly format?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly propertyNames?: JsonSchema
  readonly items?: JsonSchema | boolean
  readonly prefixItems?: readonly JsonSchema[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly multipleOf?: number
  readonly default?: unknown
  readonly description?: string
}

export type Schemas = Readonly<Record<string, JsonSchema>>

/** The schema a reference stands for. Error: RangeError if there is none. */
export function resolve(schema: JsonSchema, schemas: Schemas): JsonSchema {
  if (schema.$ref === undefined) return schema
  const found = schemas[schema.$ref.replace('#/components/schemas/', '')]
  if (!found) throw new RangeError(`there is no ${schema.$ref}`)
  return resolve(found, schemas)
}

const isText = (value: unknown, { contentEncoding, pattern, minLength = 0, maxLength = Infinity }: JsonSchema): boolean =>
  typeof value === 'string' &&
  value.length >= minLength &&
  value.length <= maxLength &&
  (pattern === undefined || new RegExp(pattern, 'u').test(value)) &&
  (contentEncoding !== 'base64' || value.length % 4 === 0)

function isNumber(value: unknown, { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity }: JsonSchema): boolean {
  return typeof value === 'number' && value >= minimum && value <= maximum && value > exclusiveMinimum && value < exclusiveMaximum
}

const TYPES: Readonly<Record<string, (value: unknown, schema: JsonSchema) => boolean>> = {
  string: isText,
  number: isNumber,
  integer: (value, schema) => Number.isInteger(value) && isNumber(value, schema),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
}

/** Whether a plain value is what the schema of a text, a number or a choice takes. */
function fits(value: unknown, schema: JsonSchema): boolean {
  if (schema.const !== undefined) return value === schema.const
  if (schema.enum) return schema.enum.includes(value)
  return [schema.type ?? []].flat().some((type) => TYPES[type]?.(value, schema) ?? false)
}

const BASE64 = 'd2luZGZhbGw='

/** Known members and shapes first, then what is as short and as small as the schema lets it be. */
function plainExample(schema: JsonSchema, name: string): unknown {
  const { contentEncoding, pattern, minimum, exclusiveMinimum, minLength = 1 } = schema
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : (exclusiveMinimum ?? -1) + 1
  const shapes = contentEncoding === 'base64' ? [BASE64] : pattern === undefined ? ['example'] : SHAPES
  const candidates = [...(MEMBERS[name] ?? []), schema.const, schema.enum?.[0], ...shapes, 'x'.repeat(minLength), Math.max(least, 0), least, false, null]
  return candidates.find((candidate) => candidate !== undefined && fits(candidate, schema))
}

function objectExample(schema: JsonSchema, schemas: Schemas): Record<string, unknown> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema
  const declared = required.map((name) => [name, exampleOf(properties[name] ?? {}, { schemas, name })])
  if (typeof additionalProperties !== 'object' || Object.keys(properties).length > 0) return Object.fromEntries(declared)
  const key = String(propertyNames ? exampleOf(propertyNames, { schemas, name: 'key' }) : 'frames')
  return { [key]: exampleOf(additionalProperties, { schemas, name: key }) }
}

function listExample({ items, prefixItems, minItems = 1 }: JsonSchema, { schemas, name }: Place): unknown[] {
  if (prefixItems) return prefixItems.map((item) => exampleOf(item, { schemas, name }))
  return Array.from({ length: Math.max(1, minItems) }, () => exampleOf(typeof items === 'object' ? items : {}, { schemas, name }))
}

interface Place {
  readonly schemas: Schemas
  /** Of the member that the example is for. */
  readonly name: string
}

/** A small value that the schema takes, always the same: every member it requires, one item in each list, and of several shapes the first that is one. */
export function exampleOf(given: JsonSchema, place: Place): unknown {
  const schema = resolve(given, place.schemas)
  const known = schema.type === 'array' ? MEMBERS[place.name]?.find(Array.isArray) : undefined
  if (known !== undefined) return known
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) {
    const made = choices.map((choice) => exampleOf(choice, place))
    return made.find((value) => value !== null && value !== undefined) ?? made[0]
  }
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, place))) as unknown
  if (schema.type === 'object') return objectExample(schema, place.schemas)
  return schema.type === 'array' ? listExample(schema, place) : plainExample(schema, place.name)
}
