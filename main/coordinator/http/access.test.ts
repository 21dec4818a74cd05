/** Every route there is, who may use it, and that nobody else can. */
import Fastify, { type InjectOptions } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Access } from '../../../shared/contract/define.ts'
import { type Grants, PERMISSIONS, type Permission, ROLES, type Role, grantsOf, rolesWith } from '../../../shared/domain/permissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { signRequest } from '../../kernel/http-signature.ts'
import { type Signer, createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { REQUESTER, enrol } from '../core.fake.ts'
import { guard } from './guard.ts'
import { GENEROUS, NO_GRID, type TestServer, startTestServer } from './http.fake.ts'
import { Limits } from './limits.ts'
import type { CoordinatorHandlers } from './parts.ts'

let server: TestServer
const node: Signer = createSigner(generateKeyPem())
const keys = new Map<string, Grants>()

/** What a call that is let in comes to here, whatever it is. */
const handlers = new Proxy({} as CoordinatorHandlers, {
  get: () => () => {
    throw new WindfallError('conflict', 'It was let in.')
  },
})

beforeAll(async () => {
  server = await startTestServer(GENEROUS, NO_GRID, { border: { handlers } })
  await enrol(server.core, node)
  // A key for every role, and for every permission that is missing.
  Object.assign(server.core.access, {
    principalOfKey: async (key: string) => {
      const grants = keys.get(key)
      return grants ? { kind: 'key', by: REQUESTER, account: REQUESTER, credential: key, grants } : null
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const keyWith = (name: string, grants: Grants): string => {
  keys.set(`wf_${name}`, grants)
  return `wf_${name}`
}
const keyOf = (role: Role): string => keyWith(role, grantsOf([role]))
/** May everything but this. */
const keyWithout = (permission: Permission): string =>
  keyWith(`no-${permission}`, Object.fromEntries(PERMISSIONS.filter((name) => name !== permission).map((name) => [name, 'all'])))

type Route = { readonly method: string; readonly url: string; readonly access: Access }
// A HEAD is the GET it goes with, and takes the same.
const routes = (): Route[] => server.app.routeAccess.filter(({ method }) => method !== 'HEAD')
const isPermission = (access: Access): access is Permission => access !== 'public' && access !== 'node' && access !== 'any-node'
const pathOf = ({ url }: Route): string => url.replaceAll(/:\w+/g, 'x')

async function ask(route: Route, headers: Readonly<Record<string, string>>): Promise<number> {
  const payload = route.method === 'GET' ? {} : { payload: '{}' }
  const type = route.method === 'GET' ? {} : { 'content-type': route.method === 'PUT' ? 'application/octet-stream' : 'application/json' }
  const request = { method: route.method, url: pathOf(route), headers: { host: '127.0.0.1', ...type, ...headers }, ...payload } as InjectOptions
  return (await server.app.inject(request)).statusCode
}

const withKey = (key: string) => ({ authorization: `Bearer ${key}` })
let nonces = 0
async function asNode(route: Route): Promise<number> {
  const body = route.method === 'GET' ? null : Buffer.from('{}')
  const request = { method: route.method as 'GET', url: new URL(pathOf(route), 'http://127.0.0.1'), body }
  return ask(route, await signRequest(node, request, { now: server.core.clock.now(), nonce: `nonce-of-access-${String(nonces++).padStart(6, '0')}` }))
}

test('every route says who may use it', async () => {
  const lines = routes().map(({ method, url, access }) =>
    `${method.padEnd(4)} ${url.padEnd(52)} ${access.padEnd(17)}${isPermission(access) ? ` ${rolesWith(access).join(', ')}` : ''}`.trimEnd(),
  )
  await expect(`${lines.toSorted().join('\n')}\n`).toMatchFileSnapshot('access.routes.txt')
})

test('a route that does not say who may use it cannot be added', () => {
  const app = Fastify()
  guard(app, { access: server.core.access, host: '127.0.0.1', names: null, limits: Limits.parse(GENEROUS), tls: null, handIn: () => null })
  expect(() => app.get('/v1/forgotten', async () => 'everything')).toThrow('/v1/forgotten does not say who may use it')
})

test('what nobody was named for is for nobody: no route lets in a stranger, a node, a role or a key that it is not for', async () => {
  const wrong: unknown[] = []
  const check = (route: Route, who: string, status: number, isIn: boolean) => {
    const isRefused = status === 401 || status === 403
    if (isRefused === isIn) wrong.push([route.method, route.url, route.access, who, status])
  }
  for (const route of routes()) {
    const { access } = route
    if (access === 'public') continue
    check(route, 'nobody', await ask(route, {}), false)
    check(route, 'a key that is none', await ask(route, withKey('wf_none')), false)
    check(route, 'node', await asNode(route), !isPermission(access))
    if (!isPermission(access)) {
      check(route, 'owner', await ask(route, withKey(keyOf('owner'))), false)
      continue
    }
    check(route, 'a key without the scope', await ask(route, withKey(keyWithout(access))), false)
    for (const role of ROLES) check(route, role, await ask(route, withKey(keyOf(role))), grantsOf([role])[access] !== undefined)
  }
  expect(wrong).toEqual([])
})
