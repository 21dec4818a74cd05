/** Every place at which a foreign key enters a coordinator, tried with every key that anyone can sign with. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { cosignEnvelope } from '../../../shared/domain/dsse.ts'
import { KEY_ROTATION_TYPE } from '../../../shared/domain/rotation.ts'
import { SMALL_ORDER_KEYS, SMALL_ORDER_SIGNATURES } from '../../../shared/domain/weak-keys.fake.ts'
import { type Signer, keyIdOf } from '../../kernel/signing.ts'
import { type TestNode } from '../core.fake.ts'
import { testCapabilities } from '../test-work.fake.ts'
import { sendSigned, startTestServer, type TestServer } from './http.fake.ts'

const OFF_CURVE: PublicJwk = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) }
const WEAK: readonly PublicJwk[] = [...SMALL_ORDER_KEYS, OFF_CURVE]

let server: TestServer
let node: TestNode
beforeAll(async () => {
  server = await startTestServer()
  node = await server.core.enrol()
})
afterAll(() => server[Symbol.asyncDispose]())

const post = async (path: string, body: unknown) => server.app.inject({ method: 'POST', url: path, headers: { host: '127.0.0.1' }, payload: body as object })
const forger = (publicJwk: PublicJwk, signature: Uint8Array): Signer => ({
  alg: 'EdDSA',
  keyId: keyIdOf(publicJwk),
  publicJwk,
  evidence: 'software',
  sign: async () => signature,
})

test('no such key gets a challenge or enrols', async () => {
  for (const publicJwk of WEAK) {
    expect((await post('/v1/enrolments', { publicJwk })).json(), publicJwk.x).toMatchObject({ code: 'enrolment.refused' })
    const forged = { publicJwk, challenge: 'AAAA', signature: Buffer.from(SMALL_ORDER_SIGNATURES[0] ?? []).toString('base64') }
    const answer = await post('/v1/nodes', { ...forged, capabilities: testCapabilities, payoutAddress: null })
    expect(answer.json(), publicJwk.x).toMatchObject({ code: 'enrolment.refused', detail: expect.stringContaining('cannot be used') })
  }
})

test('no such key takes over a node', async () => {
  for (const newKey of WEAK) {
    const body = { v: 1, nodeId: node.nodeId, index: 1, newKey, prev: null, at: '2026-03-01T12:00:00.000Z' }
    const incoming = forger(newKey, SMALL_ORDER_SIGNATURES[0] ?? new Uint8Array(64))
    const statement = await cosignEnvelope(KEY_ROTATION_TYPE, Buffer.from(JSON.stringify(body)), [node.signer, incoming])
    const answer = await sendSigned(server, node.signer, { method: 'POST', path: '/v1/nodes/keys', body: { statement } })
    expect(answer.json(), newKey.x).toMatchObject({ code: 'conflict', detail: expect.stringContaining('must not be used') })
  }
})

test('even one that got into the database opens nothing', async () => {
  for (const publicJwk of SMALL_ORDER_KEYS) {
    const row = { id: keyIdOf(publicJwk), public_jwk: JSON.stringify(publicJwk), state_reason: null, payout_address: null, enrolled_at: 0, last_event: 0 }
    await server.core.db
      .insertInto('node')
      .values({ ...row, state: 'active' })
      .execute()
    for (const signature of SMALL_ORDER_SIGNATURES) {
      const answer = await sendSigned(server, forger(publicJwk, signature), { method: 'GET', path: '/v1/proofs/head' })
      expect(answer.statusCode, publicJwk.x).toBe(403)
    }
  }
})
