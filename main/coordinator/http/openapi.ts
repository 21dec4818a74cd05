/** The description of everything the coordinator answers, OpenAPI 3.1, made from the contract. */
import type { Access, Call, HttpBinding } from '../../../shared/contract/define.ts'
import { callExample } from '../../../shared/contract/examples/call-examples.ts'
import { type JsonSchema, type Schemas, exampleOf, resolve } from '../../../shared/contract/examples/example-of.ts'
import { isRepeatable } from '../../../shared/contract/repeatable.ts'
import { type Permission, permissions, rolesWith } from '../../../shared/domain/permissions.ts'
import { DEFAULT_BODY_BYTES, bodyLimitOf, httpCalls } from './http-calls.ts'
import { codesOf } from './openapi-codes.ts'
import { problemAnswers, problemExamples, problemResponses } from './openapi-problems.ts'
import type { RawRoute } from './openapi-raw.ts'
import { rawRoutes } from './openapi-routes.ts'
import { componentSchemas, usedBy } from './openapi-schemas.ts'
import { parameterWords, tagDescriptions, tagOf } from './openapi-words.ts'
import { mayBeAsync } from './prefer.ts'

const ABOUT = `What Windfall’s coordinator answers over HTTP.

**Forms.** JSON in UTF-8. Money, lamports and token units are whole numbers in decimal text, since they may be larger than 2^53; times are ISO 8601 in
UTC with milliseconds; digests are SHA-256 in hexadecimal digits; keys are JWKs. A member that the schema does not name is refused, not ignored. The
length of a text counts code points. Parameters come once: a repeated one is refused.

**Sizes.** A body has at most ${DEFAULT_BODY_BYTES / 1_024} KiB unless the operation names another limit; what is longer is refused with 413 before it is read.

**Repeating.** GET never changes anything. Each operation says whether a request may be repeated when its answer was lost; where the caller names the id of
what is made, the same id with the same content is answered as the first time, and with other content refused as a conflict.

**Errors.** Every error is a problem document (RFC 9457, \`application/problem+json\`). \`code\` is for programs, \`detail\` for people, and \`type\` leads to
a section of [/problems](/problems) that explains the code. 429 and 503 say in \`Retry-After\` after how many seconds to come back.

**Examples** show the form of what is sent and answered; keys, hashes and signatures in them are made up.`

const isPermission = (access: Access): access is Permission => Object.hasOwn(permissions, access)

function securityOf(access: Access): readonly Readonly<Record<string, readonly string[]>>[] {
  if (access === 'public') return []
  return isPermission(access) ? [{ apiKey: [access] }, { session: [access] }] : [{ deviceKey: [] }]
}

function accessWords(access: Access): string {
  if (access === 'public') return 'Anybody may ask.'
  if (access === 'node') return 'For enrolled nodes, with a signed request.'
  if (access === 'any-node') return 'For nodes with a signed request, also for those that were quarantined or removed.'
  return isPermission(access) ? `Takes the permission \`${access}\` (${permissions[access]}), which comes with ${rolesWith(access).join(', ')}.` : ''
}

/** In an address nothing is `null`: what does not matter is left out. */
function inAddress(given: JsonSchema): JsonSchema {
  const { default: preset, ...schema } = given
  const rest = preset === null || preset === undefined ? schema : { ...schema, default: preset }
  const choices = rest.anyOf?.filter(({ type }) => type !== 'null')
  if (choices) return choices.length === 1 ? { ...choices[0] } : { ...rest, anyOf: choices }
  const types = [rest.type ?? []].flat().filter((type) => type !== 'null')
  return types.length === 1 ? { ...rest, type: types[0] ?? 'string' } : rest
}

interface Placed {
  readonly where: 'path' | 'query'
  readonly isRequired: boolean
  readonly schemas: Schemas
}

function parameterOf(name: string, given: JsonSchema, { where, isRequired, schemas }: Placed) {
  const schema = inAddress(given)
  return { name, in: where, required: isRequired, description: `${parameterWords(name)}.`, schema, example: exampleOf(schema, { schemas, name }) }
}

const parametersOf = ({ properties = {}, required = [] }: JsonSchema, schemas: Schemas, isInPath: (name: string) => boolean) =>
  Object.entries(properties).map(([name, schema]) =>
    isInPath(name)
      ? parameterOf(name, schema, { where: 'path', isRequired: true, schemas })
      : parameterOf(name, schema, { where: 'query', isRequired: required.includes(name), schemas }),
  )

const without = (value: Readonly<Record<string, unknown>>, isLeftOut: (name: string) => boolean) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !isLeftOut(name)))

/** The part of an object that travels in the body. */
function bodySchema(taken: JsonSchema, schemas: Schemas, isInPath: (name: string) => boolean): JsonSchema {
  const whole = resolve(taken, schemas)
  if (!Object.keys(whole.properties ?? {}).some(isInPath)) return taken
  return { ...whole, properties: without(whole.properties ?? {}, isInPath) as Schemas, required: (whole.required ?? []).filter((name) => !isInPath(name)) }
}

const codesOfCall = (name: string, { access, method }: HttpBinding) => codesOf(name, { access, takesBody: method === 'POST' })
const codesOfRoute = ({ operationId, access, body }: RawRoute) => codesOf(operationId, { access, takesBody: body !== undefined })

function describeCall([name, call, http]: readonly [string, Call, HttpBinding], { schemas, taken, answered }: ReturnType<typeof componentSchemas>) {
  const [input, output] = [taken(call.input), answered(call.output)]
  const example = callExample(name, { taken: input, answered: output, schemas })
  const isInPath = (member: string) => http.path.includes(`{${member}}`)
  const takesBody = http.method === 'POST'
  const { properties = {}, ...whole } = resolve(input, schemas)
  const shown = takesBody ? { ...whole, properties: without(properties, (member) => !isInPath(member)) as Schemas } : { ...whole, properties }
  const schema = bodySchema(input, schemas, isInPath)
  const content = { 'application/json': { schema: output, example: example.answer } }
  const kept = { description: 'Kept: what becomes of it comes as a node event. Only for “Prefer: respond-async” (RFC 7240).', content }
  return {
    operationId: name,
    summary: http.summary,
    description: [
      accessWords(http.access),
      isRepeatable(name, http) ? 'May be repeated.' : 'Not to be repeated without a look at what the first request did.',
      takesBody ? `The body has at most ${bodyLimitOf(name)} bytes.` : '',
    ]
      .join(' ')
      .trim(),
    tags: [tagOf(http.path)],
    security: securityOf(http.access),
    parameters: parametersOf(shown, schemas, isInPath),
    ...(takesBody
      ? {
          requestBody: {
            required: (resolve(schema, schemas).required ?? []).length > 0,
            content: { 'application/json': { schema, example: without(example.request, isInPath) } },
          },
        }
      : {}),
    responses: {
      200: { description: 'Done.', content },
      ...(mayBeAsync(name) ? { 202: kept } : {}),
      ...problemAnswers(codesOfCall(name, http)),
    },
  }
}

const RAW_WORDS: Readonly<Record<number, string>> = { 101: 'Switching protocols.', 302: 'It goes on elsewhere.' }

function goodAnswer({ operationId, answers, status = 200, headers = {} }: RawRoute, schemas: Schemas): object {
  const content = Object.entries(answers).map(([type, { schema, example }]) => [
    type,
    { schema, example: example ?? exampleOf(schema, { schemas, name: operationId }) },
  ])
  const described = Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }])
  return {
    description: RAW_WORDS[status] ?? 'Done.',
    ...(described.length > 0 ? { headers: Object.fromEntries(described) as object } : {}),
    ...(content.length > 0 ? { content: Object.fromEntries(content) as object } : {}),
  }
}

function describeRaw(route: RawRoute, schemas: Schemas) {
  const { operationId, summary, path, access, description, body } = route
  return {
    operationId,
    summary,
    description: [accessWords(access), description, body ? `The body has at most ${body.maxBytes} bytes and is read as a stream.` : '']
      .filter(Boolean)
      .join(' '),
    tags: [tagOf(path)],
    security: securityOf(access),
    parameters: [
      ...(route.parameters ?? []).map((parameter) => ({ ...parameter, required: true, description: `${parameterWords(parameter.name)}.` })),
      ...parametersOf(route.query ?? {}, schemas, () => false),
    ],
    ...(body ? { requestBody: { required: true, content: { [body.type]: { schema: { type: 'string', contentEncoding: 'binary' } } } } } : {}),
    responses: { [route.status ?? 200]: goodAnswer(route, schemas), ...problemAnswers(codesOfRoute(route)) },
  }
}

const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'wf_…', description: 'API key. It may do what both its account and its own permissions allow.' },
  session: { type: 'http', scheme: 'bearer', description: 'Session of a person that has signed in. It may do what the role of the person allows.' },
  deviceKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Signature-Input',
    description:
      'HTTP Message Signature (RFC 9421) by the device key over @method @authority @path @query content-digest; created at most 60 s ago, nonce used once, keyid = node id, tag "windfall-v1".',
  },
} as const

/** Everything that is answered, by path and method. */
function pathsOf(components: ReturnType<typeof componentSchemas>) {
  const paths: Record<string, Record<string, object>> = {}
  for (const call of httpCalls()) (paths[call[2].path] ??= {})[call[2].method.toLowerCase()] = describeCall(call, components)
  for (const route of rawRoutes) (paths[route.path] ??= {})[route.method] = describeRaw(route, components.schemas)
  return paths
}

/** The OpenAPI document of this version: a plain object, made without a server. */
export function openApi(version: string) {
  const components = componentSchemas()
  const responses = problemResponses([...httpCalls().map(([name, , http]) => codesOfCall(name, http)), ...rawRoutes.map(codesOfRoute)])
  const paths = pathsOf(components)
  return {
    openapi: '3.1.0',
    info: { title: 'Windfall coordinator', version, description: ABOUT, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/', description: 'The coordinator that answers this.' }],
    tags: tagDescriptions,
    paths,
    components: { schemas: usedBy([paths, responses], components.schemas), securitySchemes, responses, examples: problemExamples },
  }
}
