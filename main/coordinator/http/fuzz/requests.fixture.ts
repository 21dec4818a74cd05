/** Requests to every route: from everybody, with what its schema takes, nearly takes, and does not. */
import * as fc from 'fast-check'
import type { Access, Call, HttpBinding } from '../../../../shared/contract/define.ts'
import { type JsonSchema, resolve } from '../../../../shared/contract/examples/example-of.ts'
import { httpCalls } from '../http-calls.ts'
import type { RawRoute } from '../openapi-raw.ts'
import { rawRoutes } from '../openapi-routes.ts'
import { components } from '../published-schemas.fixture.ts'
import { type Making, hostileText, valueFor } from './values.fixture.ts'

const ACTORS = ['nobody', 'requester', 'owner', 'node'] as const
export type Actor = (typeof ACTORS)[number]

export interface FuzzRequest {
  readonly operation: string
  readonly access: Access
  readonly actor: Actor
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Path and query, as they are sent. */
  readonly target: string
  /** The JSON value that is sent, if it is one. */
  readonly json?: unknown
  readonly body: Buffer | null
  readonly contentType: string
  readonly call: Call | null
}

const HOSTILE_PARTS = [
  '..',
  '.',
  '%2e%2e',
  '..%2f..%2f',
  '%00',
  '%zz',
  '%c0%ae',
  '%ff',
  '__proto__',
  'constructor',
  'a'.repeat(200),
  '%F0%9F%A6%8A',
  ';',
  '*',
  '',
]

const escaped = (value: unknown): string => encodeURIComponent(String(value).toWellFormed())

/** A part of a path: mostly what its schema takes. */
const partFor = (schema: JsonSchema, name: string, making: Making): fc.Arbitrary<string> => {
  const known = making.known[name] ?? []
  return fc.oneof(
    ...(known.length > 0 ? [{ weight: 6, arbitrary: fc.constantFrom(...known).map(escaped) }] : []),
    { weight: 3, arbitrary: valueFor({ ...schema }, making).map(escaped) },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_PARTS) },
    { weight: 1, arbitrary: hostileText.map(escaped) },
  )
}

const pathFor = (path: string, properties: Readonly<Record<string, JsonSchema>>, making: Making): fc.Arbitrary<string> => {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return fc.tuple(...names.map((name) => partFor(properties[name] ?? { type: 'string' }, name, making))).map((parts) => {
    let place = 0
    return path.replaceAll(/\{\w+\}/g, () => parts[place++] ?? '')
  })
}

const pairs = (value: unknown): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, member]) =>
        member === null ? [] : [`${escaped(name)}=${escaped(typeof member === 'object' ? JSON.stringify(member) : member)}`],
      )
    : [escaped(value)]

/** Behind the question mark; some of it twice, some of it unreadable. */
const queryFor = (schema: JsonSchema, making: Making): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: valueFor(schema, making).map((value) => pairs(value).join('&')) },
    { weight: 1, arbitrary: valueFor(schema, making).map((value) => [...pairs(value), ...pairs(value)].join('&')) },
    { weight: 1, arbitrary: fc.constantFrom('&&&===', '%', '%zz=%zz', 'a[b]=1', '__proto__[x]=1', '__proto__=1', 'limit=1&limit=2', '?', '=') },
  )

const withoutParts = (schema: JsonSchema, path: string): JsonSchema => {
  const keep = (name: string) => !path.includes(`{${name}}`)
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([name]) => keep(name))),
    required: (schema.required ?? []).filter(keep),
  }
}

const UNREADABLE = ['', '{', 'null', '[]', '"', '{"a":1,"a":2}', '\ufeff{}', '[[[[[[[[', '{"a":1e99999}', 'undefined', '{}{}'].map((text) => Buffer.from(text))

interface Body {
  readonly json?: unknown
  readonly body: Buffer | null
}

const jsonBody = (schema: JsonSchema, making: Making): fc.Arbitrary<Body> =>
  fc.oneof(
    { weight: 9, arbitrary: valueFor(schema, making).map((json): Body => ({ json, body: Buffer.from(JSON.stringify(json) ?? '') })) },
    {
      weight: 1,
      arbitrary: fc
        .oneof(
          fc.constantFrom(...UNREADABLE),
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        )
        .map((body) => ({ body })),
    },
  )

/** Those who may come most often, since behind the door is most that can break. */
function actorFor(access: Access): fc.Arbitrary<Actor> {
  const welcome: readonly Actor[] = access === 'public' ? ACTORS : access === 'node' || access === 'any-node' ? ['node'] : ['requester', 'owner']
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...welcome) }, { weight: 1, arbitrary: fc.constantFrom(...ACTORS) })
}

const contentTypeFor = (usual: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 15, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom('', 'text/plain', 'application/json; charset=latin1', 'application/octet-stream', 'x') },
  )

const NO_BODY: fc.Arbitrary<Body> = fc.constant({ body: null })
const target = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`)

function callRequest([operation, call, http]: readonly [string, Call, HttpBinding], making: Making): fc.Arbitrary<FuzzRequest> {
  const schema = resolve(components.taken(call.input), components.schemas)
  const rest = withoutParts(schema, http.path)
  const isGet = http.method === 'GET'
  return fc
    .record({
      actor: actorFor(http.access),
      path: pathFor(http.path, schema.properties ?? {}, making),
      query: isGet ? queryFor(rest, making) : fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: queryFor(rest, making) }),
      sent: isGet ? NO_BODY : jsonBody(rest, making),
      contentType: contentTypeFor('application/json'),
    })
    .map(({ path, query, sent, ...asked }) => ({ operation, call, access: http.access, method: http.method, target: target(path, query), ...sent, ...asked }))
}

const METHODS = { get: 'GET', put: 'PUT', post: 'POST' } as const

function rawRequest({ operationId, path, access, method, parameters = [], query, body }: RawRoute, making: Making): fc.Arbitrary<FuzzRequest> {
  const inPath = Object.fromEntries(parameters.filter((parameter) => parameter.in === 'path').map(({ name, schema }) => [name, schema]))
  const inQuery = parameters.filter((parameter) => parameter.in === 'query').map(({ name, schema }) => [name, schema] as const)
  const asked = query ?? { type: 'object', properties: Object.fromEntries(inQuery), required: inQuery.map(([name]) => name) }
  return fc
    .record({
      actor: actorFor(access),
      path: pathFor(path, inPath, making),
      query: queryFor(asked, making),
      sent: body ? fc.uint8Array({ maxLength: 300 }).map((bytes): Body => ({ body: Buffer.from(bytes) })) : NO_BODY,
      contentType: contentTypeFor('application/octet-stream'),
    })
    .map(({ path: filled, query: pairsOf, sent, ...rest }) => ({
      operation: operationId,
      call: null,
      access,
      method: METHODS[method],
      target: target(filled, pairsOf),
      ...sent,
      ...rest,
    }))
}

/** A request to any route, each as likely as the next. */
export const anyRequest = (making: Making): fc.Arbitrary<FuzzRequest> =>
  fc.oneof(
    ...httpCalls().map((call) => callRequest(call, making)),
    ...rawRoutes.filter(({ status }) => status !== 101).map((route) => rawRequest(route, making)),
  )
