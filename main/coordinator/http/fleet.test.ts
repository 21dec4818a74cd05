import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestServer, sendSigned, startTestServer } from './http.fake.ts'

let server: TestServer
beforeEach(async () => {
  server = await startTestServer()
})
afterEach(() => server[Symbol.asyncDispose]())

test('fleets are for nodes: what a machine does is signed by its key, and a stranger is told nothing', async () => {
  const [host, guest] = [await server.core.enrol(), await server.core.enrol()]
  const invited = await sendSigned(server, host.signer, { method: 'POST', path: '/v1/fleet/invites', body: {} })
  expect(invited.statusCode).toBe(200)
  const { code, fleetId } = invited.json<{ code: string; fleetId: string }>()
  const joined = await sendSigned(server, guest.signer, { method: 'POST', path: '/v1/fleet/members', body: { code } })
  expect([joined.statusCode, joined.json()]).toEqual([200, { fleetId }])
  const view = await sendSigned(server, host.signer, { method: 'GET', path: '/v1/fleet' })
  expect(view.json()).toMatchObject({ fleetId, self: host.nodeId, nodes: [{ state: 'unknown' }, { state: 'unknown' }] })
  const removed = await sendSigned(server, host.signer, { method: 'POST', path: `/v1/fleet/members/${guest.nodeId}/remove`, body: {} })
  expect(removed.statusCode).toBe(200)
  expect((await sendSigned(server, guest.signer, { method: 'GET', path: '/v1/fleet' })).statusCode).toBe(404)
  for (const headers of [{}, { authorization: `Bearer ${server.core.apiKey}` }])
    expect((await server.app.inject({ method: 'GET', url: '/v1/fleet', headers: { host: '127.0.0.1', ...headers } })).statusCode).toBe(401)
  expect(server.failures).toEqual([])
})
