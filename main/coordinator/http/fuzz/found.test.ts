import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FuzzRequest } from './requests.fixture.ts'
import { type FuzzWorld, startFuzzWorld } from './world.fixture.ts'

let world: FuzzWorld
beforeAll(async () => {
  world = await startFuzzWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const ask = async (request: Pick<FuzzRequest, 'actor' | 'method' | 'target'> & { readonly json?: unknown; readonly body?: Buffer; readonly type?: string }) => {
  const { json, body = json === undefined ? null : Buffer.from(JSON.stringify(json)), type = 'application/json', ...asked } = request
  const { status, text } = await world.send({ operation: '', access: 'public', call: null, contentType: type, body, ...asked })
  expect(world.server.failures).toEqual([])
  return [status, (JSON.parse(text) as { code?: string }).code]
}

test.each(['put blob', 'put checkpoint'])('%s: an upload that comes as JSON is refused, and not read byte by byte as numbers', async (what) => {
  const target = what === 'put blob' ? `/v1/blobs/sha256:${'0'.repeat(64)}` : `/v1/leases/${world.known['leaseId']?.[0]}/checkpoint?token=1`
  const actor = what === 'put blob' ? 'requester' : 'node'
  expect(await ask({ actor, method: 'PUT', target, body: Buffer.from('[1]') })).toEqual([400, 'input.invalid'])
})

test.each(['1032-02-29', '0001-01-01', '1969-12-31', '9999-12-31', '2026-03-03'])(
  'evidence of %s, which no meter and no calendar knows, is the mistake of whoever asks',
  async (date) => {
    expect(await ask({ actor: 'owner', method: 'GET', target: `/v1/nodes/${world.node.keyId}/evidence?date=${date}` })).toEqual([400, 'input.invalid'])
  },
)

test.each(['deposits', 'refunds'])(
  '%s under an id of before but with another amount, or beyond what the books count, are a conflict and no defect',
  async (kind) => {
    const pay = (id: string, microUsd: string, to = kind) =>
      ask({
        actor: 'owner',
        method: 'POST',
        target: `/v1/requesters/requester-1/${to}`,
        json: to === 'refunds' ? { refundId: id, microUsd, reason: 'asked for' } : { depositId: id, microUsd },
      })
    if (kind === 'refunds') expect(await pay('for-refunds', '1000', 'deposits')).toEqual([200, undefined])
    expect(await pay('once', '10')).toEqual([200, undefined])
    expect(await pay('once', '10')).toEqual([200, undefined])
    expect(await pay('once', '11')).toEqual([409, 'conflict'])
    if (kind === 'deposits') expect(await pay('more', '9223372036854775807')).toEqual([409, 'conflict'])
  },
)

test('an act is refused as any other call if what was sent is a number that JSON cannot say again', async () => {
  expect(await ask({ actor: 'owner', method: 'POST', target: '/v1/payouts/pause', body: Buffer.from('{"a":1e99999}') })).toEqual([400, 'input.invalid'])
})
