import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callExample } from '../../../shared/contract/examples/call-examples.ts'
import { PERMISSIONS } from '../../../shared/domain/permissions.ts'
import { type FailureCode, failures, toProblem, WindfallError } from '../../../shared/errors.ts'
import { httpCalls } from './http-calls.ts'
import { type TestServer, startTestServer } from './http.fake.ts'
import { openApi } from './openapi.ts'
import { rawRoutes } from './openapi-routes.ts'
import { components, isPublished } from './published-schemas.fixture.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly security: readonly Record<string, readonly string[]>[]
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly description: string
    readonly schema: object
    readonly example: unknown
  }[]
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>
}

const document = JSON.parse(JSON.stringify(openApi('0.1.0')))
const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
)

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

test('the description is valid OpenAPI 3.1, and names neither a machine nor a person to contact', async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true })
  expect(document).toMatchObject({ openapi: '3.1.0', info: { license: { identifier: 'Apache-2.0' } }, servers: [{ url: '/' }] })
  expect(document.info).not.toHaveProperty('contact')
  const names = operations.map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(names.length)
})

test('every reference leads somewhere, and nothing is there that nothing refers to', () => {
  const text = JSON.stringify(document)
  const references = new Set([...text.matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)].map(([, kind, name]) => `${kind}/${name}`))
  const there = Object.entries(document.components as Record<string, object>)
    .filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, parts]) => Object.keys(parts).map((name) => `${kind}/${name}`))
  expect([...references].filter((reference) => !there.includes(reference))).toEqual([])
  const unused = there.filter((name) => !references.has(name) && !name.startsWith('examples/'))
  // The frames of the socket are no part of any operation.
  expect(unused.toSorted()).toEqual(['schemas/SocketToAgent', 'schemas/SocketToCoordinator'])
})

/** `GET /v1/jobs/{jobId}` and so on, from the tree that the router draws. */
function boundRoutes(tree: string): string[] {
  const above: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^((?:│ {3}| {4})*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? []
    const depth = indent.length / 4
    above.splice(depth, Infinity, part)
    const path = above
      .join('')
      .replaceAll(/:(\w+)/g, '{$1}')
      .replace(/\/?\*$/, '/{file}')
    return methods.split(', ').flatMap((method) => (method === '' || method === 'HEAD' ? [] : [`${method} ${path}`]))
  })
}

test('what is bound is described, and what is described is bound', async () => {
  const described = operations.filter(({ operationId }) => operationId !== 'openAgentSocket').map(({ path, method }) => `${method.toUpperCase()} ${path}`)
  expect(boundRoutes(server.app.printRoutes({ commonPrefix: false })).toSorted()).toEqual(described.toSorted())
})

test('every operation says who may ask, in words and as a requirement', () => {
  for (const { operationId, security, description, tags, summary } of operations) {
    expect(tags, operationId).toHaveLength(1)
    expect(description, operationId).toMatch(/^(?:Anybody|For enrolled nodes|For nodes|Takes the permission)/)
    expect(summary, operationId).toMatch(/^[A-Z]/)
    for (const permission of security.flatMap((requirement) => requirement['apiKey'] ?? [])) expect(PERMISSIONS, operationId).toContain(permission)
  }
  const described = new Set(document.tags.map(({ name }: { name: string }) => name))
  expect(operations.filter(({ tags }) => !described.has(tags[0]))).toEqual([])
})

test('every parameter is described and has an example that is one', () => {
  for (const { operationId, parameters } of operations)
    for (const { name, description, schema, example } of parameters) {
      expect(description, `${operationId} ${name}`).toMatch(/^[`A-Z].{4,}\.$/)
      expect(isPublished(schema, example), `${operationId} ${name}: ${JSON.stringify(example)}`).toBe(true)
    }
})

test.each(httpCalls().map(([name, call]) => ({ name, call })))('the example of $name is what the contract and the published schema take', ({ name, call }) => {
  const [taken, answered] = [components.taken(call.input), components.answered(call.output)]
  const { request, answer } = callExample(name, { taken, answered, schemas: components.schemas })
  expect(call.input.safeParse(request).error?.issues).toBeUndefined()
  expect(call.output.safeParse(answer).error?.issues).toBeUndefined()
  expect(isPublished(taken, request)).toBe(true)
  expect(isPublished(answered, answer)).toBe(true)
})

test('an example shows every kind of answer that a route gives', () => {
  for (const { operationId, answers } of rawRoutes)
    for (const [type, { schema, example }] of Object.entries(answers))
      if (example !== null) expect(isPublished(schema, example), `${operationId} ${type}`).toBe(true)
})

test('every operation names its errors by status and code, with an example of each; who comes too often is told when to come back', () => {
  for (const { operationId, responses } of operations)
    for (const status of ['400', '429', '500', '503']) expect(responses[status]?.$ref, `${operationId} ${status}`).toContain('#/components/responses/')
  for (const [code, { value }] of Object.entries(document.components.examples as Record<string, { value: { detail: string } }>)) {
    expect(value).toEqual(toProblem(new WindfallError(code as FailureCode, value.detail)))
    expect(isPublished({ $ref: '#/components/schemas/Problem' }, value)).toBe(true)
  }
  expect(Object.keys(document.components.examples).toSorted()).toEqual(Object.keys(failures).toSorted())
  for (const [name, response] of Object.entries(document.components.responses as Record<string, { headers?: object }>))
    expect(response.headers !== undefined, name).toBe(/^(?:429|503)-/.test(name))
})

test('the type of a problem leads to a page that explains its code', async () => {
  const { type } = (await server.app.inject('/v1/nothing')).json()
  const [path, code] = type.split('#')
  const page = await server.app.inject(path)
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': expect.stringContaining("default-src 'none'") })
  expect(page.body).toContain(`<section id="${code}">`)
  for (const each of Object.keys(failures)) expect(page.body).toContain(`id="${each}"`)
  expect(page.body).not.toContain('<script')
})
