/** Values made from JSON Schemas: what a schema takes, what it nearly takes, and what nobody should ever send. */
import * as fc from 'fast-check'
import { type JsonSchema, type Schemas, exampleOf, resolve } from '../../../../shared/contract/examples/example-of.ts'

const MOST_ITEMS = 3
const MOST_CHARACTERS = 120

const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)])
const nestedObject = (depth: number): unknown => (depth === 0 ? {} : { a: nestedObject(depth - 1) })

/** Texts that have broken servers before. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff\ud800',
    '\u202egpj.exe',
    '\ufeff',
    '🦊'.repeat(40),
    'é'.normalize('NFD'),
    '../../etc/passwd',
    '..\\..\\windows',
    '%2e%2e%2f',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    "' OR 1=1 --",
    '"; DROP TABLE jobs; --',
    '%s%n',
    '${7*7}',
    '<script>alert(1)</script>',
    'null',
    'NaN',
    '-0',
    '1e999',
    '９',
    '99999999999999999999999',
    '9223372036854775808',
    '-9223372036854775809',
    '0000-00-00T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    '2026-02-30T00:00:00.000Z',
    'x'.repeat(5_000),
  ),
  fc.string({ unit: 'binary', maxLength: 80 }),
)

const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.5, 1e-320, 1e308, -1e308, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, -(2 ** 53), 2 ** 63, 2 ** 64, 8.64e15, 8.64e15 + 1),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  hostileNumber,
  fc.constantFrom(null, true, false, [], {}, [null], nested(200), nestedObject(200), JSON.parse('{"__proto__":{"admin":true}}') as unknown),
  fc.jsonValue({ maxDepth: 3 }),
)

const matching = new Map<string, fc.Arbitrary<string>>()

function matchingText(pattern: string): fc.Arbitrary<string> {
  const found = matching.get(pattern) ?? fc.stringMatching(new RegExp(pattern, 'u'))
  matching.set(pattern, found)
  return found
}

function text({ contentEncoding, pattern, minLength = 0, maxLength = MOST_CHARACTERS }: JsonSchema): fc.Arbitrary<string> {
  const fitting = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, MOST_CHARACTERS)) }
  if (contentEncoding === 'base64') return fc.base64String(fitting)
  if (pattern === undefined) return fc.string({ unit: 'grapheme', ...fitting })
  // Looking ahead is beyond what texts are made from.
  if (/\(\?[!=<]/.test(pattern)) return fc.stringMatching(/^[a-z0-9]{1,12}(?:\/[a-z0-9]{1,12}){0,2}$/)
  return matchingText(pattern)
}

function number({ type, minimum = -1e9, maximum = 1e9, exclusiveMinimum, exclusiveMaximum }: JsonSchema): fc.Arbitrary<number> {
  const [least, most] = [Math.max(exclusiveMinimum ?? minimum, -1e15), Math.min(exclusiveMaximum ?? maximum, 1e15)]
  if (type !== 'integer') return fc.double({ min: least, max: Math.max(least, most), noNaN: true, minExcluded: exclusiveMinimum !== undefined && least < most })
  return fc.integer({ min: Math.ceil(least), max: Math.max(Math.ceil(least), Math.floor(most)) })
}

export interface Making {
  readonly schemas: Schemas
  /** Ids of what there is, so that some requests find something. */
  readonly known: Readonly<Record<string, readonly string[]>>
}

interface Place extends Making {
  readonly name: string
}

function object({ properties = {}, required = [], additionalProperties, propertyNames }: JsonSchema, place: Place): fc.Arbitrary<unknown> {
  const members = Object.entries(properties).map(([name, schema]) => [name, made(schema, { ...place, name })] as const)
  if (members.length === 0 && typeof additionalProperties === 'object') {
    const keys = propertyNames ? (made(propertyNames, place) as fc.Arbitrary<string>) : fc.string({ maxLength: 12 })
    return fc.dictionary(keys, made(additionalProperties, place), { maxKeys: MOST_ITEMS })
  }
  return fc.record(Object.fromEntries(members), { requiredKeys: required.filter((name) => Object.hasOwn(properties, name)) })
}

function list({ items, prefixItems, minItems = 0, maxItems = MOST_ITEMS }: JsonSchema, place: Place): fc.Arbitrary<unknown> {
  if (prefixItems) return fc.tuple(...prefixItems.map((item) => made(item, place)))
  const most = Math.max(minItems, Math.min(maxItems, MOST_ITEMS))
  return fc.array(made(typeof items === 'object' ? items : {}, place), { minLength: minItems, maxLength: most })
}

const PLAIN: Readonly<Record<string, (schema: JsonSchema, place: Place) => fc.Arbitrary<unknown>>> = {
  string: text,
  number,
  integer: number,
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  object,
  array: list,
}

/** A known id or the example now and then, else anything of the type. */
function often(schema: JsonSchema, place: Place, any: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const known = place.known[place.name] ?? []
  const example = exampleOf(schema, { schemas: place.schemas, name: place.name })
  const fitting = known.length > 0 ? [{ weight: 4, arbitrary: fc.constantFrom(...known) as fc.Arbitrary<unknown> }] : []
  return fc.oneof(...fitting, { weight: 2, arbitrary: fc.constant(example) }, { weight: 3, arbitrary: any })
}

/** Most schemas are met many times, and texts of a pattern take long to make. */
const kept = new WeakMap<JsonSchema, Map<string, fc.Arbitrary<unknown>>>()

function made(given: JsonSchema, place: Place): fc.Arbitrary<unknown> {
  const schema = resolve(given, place.schemas)
  const byName = kept.get(schema) ?? new Map<string, fc.Arbitrary<unknown>>()
  kept.set(schema, byName)
  const found = byName.get(place.name) ?? fresh(schema, place)
  byName.set(place.name, found)
  return found
}

function fresh(schema: JsonSchema, place: Place): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map((choice) => made(choice, place)))
  if (schema.allOf) return fc.tuple(...schema.allOf.map((part) => made(part, place))).map((parts) => Object.assign({}, ...(parts as object[])) as unknown)
  const types = [schema.type ?? 'object'].flat()
  const any = fc.oneof(...types.map((type) => PLAIN[type]?.({ ...schema, type }, place) ?? fc.constant(null)))
  return types.includes('object') || types.includes('array') ? any : often(schema, place, any)
}

/** What the schema takes, as far as it says so itself. */
const validFor = (schema: JsonSchema, making: Making): fc.Arbitrary<unknown> => made(schema, { ...making, name: '' })

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Own members only, even those named like the prototype's. */
const withMember = (value: Record<string, unknown>, name: string, member: unknown): Record<string, unknown> =>
  Object.defineProperty({ ...value }, name, { value: member, enumerable: true, configurable: true, writable: true })

/** The value with one place in it changed: `path` chooses the way down, `damage` what is there then. */
function damaged(value: unknown, path: readonly number[], damage: { readonly kind: 'replace' | 'drop' | 'add'; readonly by: unknown }): unknown {
  const [step = 0, ...rest] = path
  if (Array.isArray(value) && value.length > 0 && path.length > 0) return value.with(step % value.length, damaged(value[step % value.length], rest, damage))
  if (!isRecord(value)) return damage.by
  const names = Object.keys(value)
  const name = names[step % Math.max(1, names.length)]
  if (damage.kind === 'add' || name === undefined) return withMember(value, ['extra', '__proto__', 'constructor', 'toString'][step % 4] ?? 'extra', damage.by)
  if (rest.length > 0) return withMember(value, name, damaged(value[name], rest, damage))
  return damage.kind === 'drop' ? Object.fromEntries(Object.entries(value).filter(([other]) => other !== name)) : withMember(value, name, damage.by)
}

/** What the schema takes but for one place. */
const nearlyValidFor = (schema: JsonSchema, making: Making): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      validFor(schema, making),
      fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }),
      fc.record({ kind: fc.constantFrom('replace' as const, 'drop' as const, 'add' as const), by: hostileValue }),
    )
    .map(([value, path, damage]) => damaged(value, path, damage))

/** Mostly what the schema takes, else what it nearly takes, else anything. */
export const valueFor = (schema: JsonSchema, making: Making): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: validFor(schema, making) }, { weight: 4, arbitrary: nearlyValidFor(schema, making) }, { weight: 1, arbitrary: hostileValue })
