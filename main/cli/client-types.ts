/** Types of the client for others, made from the contract: everything an API key may ask, without a word of what checks it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonSchema, Schemas } from '../../shared/contract/examples/example-of.ts'
import { failures } from '../../shared/errors.ts'
import { httpCalls } from '../coordinator/http/http-calls.ts'
import { packageRoot } from '../kernel/paths.ts'
import { componentSchemas, reachableFrom, referredTo } from '../coordinator/http/openapi-schemas.ts'

const quoted = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))

function objectType({ properties = {}, required = [], additionalProperties }: JsonSchema, indent: string): string {
  const members = Object.entries(properties)
  if (members.length === 0)
    return typeof additionalProperties === 'object' ? `Record<string, ${typeOf(additionalProperties, indent)}>` : 'Record<string, never>'
  const inner = `${indent}  `
  const lines = members.map(([name, schema]) => {
    const words = schema.description === undefined ? '' : `${inner}/** ${schema.description} */\n`
    return `${words}${inner}${quoted(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

function listType({ prefixItems, items }: JsonSchema, indent: string): string {
  if (prefixItems) return `[${prefixItems.map((item) => typeOf(item, indent)).join(', ')}]`
  return `(${typeOf(typeof items === 'object' ? items : {}, indent)})[]`
}

const PLAIN: Readonly<Record<string, string>> = { string: 'string', number: 'number', integer: 'number', boolean: 'boolean', null: 'null' }

function plainType(type: string, schema: JsonSchema, indent: string): string {
  if (type === 'object') return objectType(schema, indent)
  return type === 'array' ? listType(schema, indent) : (PLAIN[type] ?? 'unknown')
}

/** A JSON Schema as a type of TypeScript. */
function typeOf(schema: JsonSchema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.replace('#/components/schemas/', '')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.map((choice) => typeOf(choice, indent)).join(' | ')
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part, indent)})`).join(' & ')
  const types = [schema.type ?? []].flat().map((type) => plainType(type, schema, indent))
  return types.length === 0 ? 'unknown' : types.join(' | ')
}

const declarations = (names: Iterable<string>, schemas: Schemas): string[] =>
  [...names].toSorted().map((name) => `export type ${name} = ${typeOf(schemas[name] ?? {}, '')}`)

const isList = (answer: JsonSchema): boolean => answer.properties?.['items']?.type === 'array' && answer.properties['next'] !== undefined

/** What whoever makes a client may say, word for word as it is declared. */
function clientOptions(): string {
  const source = readFileSync(join(packageRoot, 'main', 'client', 'fetch-exchange.ts'), 'utf8')
  const [declared] = /^export interface ClientOptions \{$[^]*?^\}$/m.exec(source) ?? []
  if (declared === undefined) throw new Error('main/client/fetch-exchange.ts declares no ClientOptions')
  return declared
}

const clientDeclarations = (): string => `/** A refusal, by the problem document that was answered (RFC 9457). */
export declare class WindfallError extends Error {
  /** For programs. */
  readonly code: FailureCode
  readonly status: number
  /** Whether the same request may succeed later. */
  readonly retry: boolean
}

${clientOptions()}

export interface WindfallClient {
  /** Makes a call. Error: WindfallError. */
  call<K extends keyof Calls>(name: K, input: Calls[K]['input']): Promise<Calls[K]['output']>
  /** The items of a list, page after page, as they are asked for. */
  pages<K extends keyof Lists>(name: K, input: Lists[K]['input']): AsyncGenerator<Lists[K]['item'], void>
}

export declare function createClient(options: ClientOptions): WindfallClient
`

/** The declaration file of the client. */
export function clientTypes(): string {
  const { schemas, taken, answered } = componentSchemas()
  const calls = httpCalls()
    .filter(([, , { access }]) => access !== 'node' && access !== 'any-node')
    .map(([name, { input, output }, http]) => {
      const [request, answer] = [referredTo(taken(input))[0] ?? '', referredTo(answered(output))[0] ?? '']
      return { name, http, request, answer, isList: isList(schemas[answer] ?? {}) }
    })
  const used = reachableFrom(
    calls.flatMap(({ request, answer }) => [request, answer]),
    schemas,
  )
  return [
    '// Made from the contract by `npm run build`.',
    clientDeclarations(),
    `export type FailureCode =\n${Object.keys(failures)
      .map((code) => `  | '${code}'`)
      .join('\n')}\n`,
    'export interface Calls {',
    ...calls.map(
      ({ name, http, request, answer }) => `  /** ${http.summary}. \`${http.method} ${http.path}\` */\n  ${name}: { input: ${request}; output: ${answer} }`,
    ),
    '}\n',
    'export interface Lists {',
    ...calls.filter((call) => call.isList).map(({ name, request, answer }) => `  ${name}: { input: ${request}; item: ${answer}['items'][number] }`),
    '}\n',
    ...declarations(used, schemas),
    '',
  ].join('\n')
}
