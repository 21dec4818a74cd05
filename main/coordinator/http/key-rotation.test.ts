/** What a replaced key can still do at the border, which is nothing. */
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Signer, createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { type TestNode, startTestCore } from '../core.fake.ts'
import { SECONDS, proofFor, submissionOf } from '../test-work.fake.ts'
import { replaceTestKey, startTestKeys, type TestKeys } from '../registry/rotation.fake.ts'
import { sendSigned, startTestServer, type TestServer } from './http.fake.ts'

let server: TestServer
let node: TestNode
let keys: TestKeys
let renewed: Awaited<ReturnType<typeof replaceTestKey>>
const sockets: WebSocket[] = []
beforeEach(async () => {
  server = await startTestServer()
  keys = await startTestKeys(createSigner(generateKeyPem()))
  renewed = await replaceTestKey(keys)
  node = await server.core.enrol(keys.first)
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await server[Symbol.asyncDispose]()
})

const rotate = (by: Signer, statement = renewed.statement) => sendSigned(server, by, { method: 'POST', path: '/v1/nodes/keys', body: { statement } })
const head = (by: Signer) => sendSigned(server, by, { method: 'GET', path: '/v1/proofs/head' })

test('the outgoing key announces the new one; from then on the new one speaks for the node and the old one for nobody', async () => {
  expect((await rotate(renewed.current)).statusCode).toBe(403)
  const answer = await rotate(keys.first)
  expect([answer.statusCode, answer.json()]).toEqual([200, { nodeId: keys.nodeId, keyId: renewed.current.keyId }])
  expect((await head(renewed.current)).statusCode).toBe(200)
  const refusal = await head(keys.first)
  expect([refusal.statusCode, refusal.json<{ detail: string }>().detail]).toEqual([403, 'This device key was replaced by another one of the same node.'])
})

test('an agent that missed the answer asks again with the new key and gets it', async () => {
  const { body } = await rotate(keys.first)
  expect((await rotate(keys.first)).statusCode).toBe(403)
  expect((await rotate(renewed.current)).body).toBe(body)
})

test('nobody else can announce a key for the node', async () => {
  const stranger = await server.core.enrol()
  expect((await rotate(stranger.signer)).statusCode).toBe(409)
  expect((await server.core.registry.node(keys.nodeId))?.keyId).toBe(keys.nodeId)
})

test('a proof counts under the present key only; signed with the key before, it waits to be signed again and is not held against the node', async () => {
  const { core } = server
  const lease = await core.lease(node)
  await core.jobs.start({ nodeId: node.nodeId, leaseId: lease.leaseId, token: lease.token })
  await core.clock.advance(SECONDS * 1000)
  const proof = proofFor(lease, { nodeId: keys.nodeId, now: core.clock.now() })
  await rotate(keys.first)
  const submit = async (signer: Signer) =>
    sendSigned(server, renewed.current, { method: 'POST', path: '/v1/proofs', body: await submissionOf(lease, proof, signer) })
  const early = await submit(keys.first)
  expect([early.statusCode, early.json<{ code: string }>().code]).toEqual([409, 'conflict'])
  expect(await core.decided('proof.refused')).toEqual([])
  const taken = await submit(renewed.current)
  expect([taken.statusCode, taken.json()]).toMatchObject([200, { proofId: proof.proofId }])
  expect((await submit(renewed.current)).body).toBe(taken.body)
})

test('a proof that is being looked at while the key changes is not taken under the old one', async () => {
  const meanwhile: (() => Promise<unknown>)[] = []
  await using core = await startTestCore({
    changes: ({ prepareReceipts }) => ({
      prepareReceipts: async (order) => {
        await meanwhile.pop()?.()
        return prepareReceipts(order)
      },
    }),
  })
  const enrolled = await core.enrol(keys.first)
  const lease = await core.lease(enrolled)
  await core.jobs.start({ nodeId: enrolled.nodeId, leaseId: lease.leaseId, token: lease.token })
  await core.clock.advance(SECONDS * 1000)
  const proof = proofFor(lease, { nodeId: keys.nodeId, now: core.clock.now() })
  meanwhile.push(() => core.registry.rotateKey(keys.nodeId, renewed.statement))
  await expect(core.parts.proofs.submit(enrolled.nodeId, await submissionOf(lease, proof, keys.first))).rejects.toMatchObject({ code: 'conflict' })
  expect([await core.decided('proof.refused'), await core.decided('proof.accepted')]).toEqual([[], []])
  expect(await core.parts.proofs.submit(enrolled.nodeId, await submissionOf(lease, proof, renewed.current))).toMatchObject({ proofId: proof.proofId })
})

/** Says hello and waits for the answer: `welcome`, or the code the connection was closed with. */
async function hello(signer: Signer): Promise<{ readonly answer: string | number; readonly closed: Promise<number> }> {
  const { port } = server.app.server.address() as AddressInfo
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/agents/socket`)
  sockets.push(socket)
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  const welcome = new Promise<string>((resolve) => {
    socket.on('message', async (data) => {
      const frame = JSON.parse(Buffer.from(data as Buffer).toString()) as { type: string; nonce?: string }
      if (frame.type === 'welcome') resolve('welcome')
      if (frame.type !== 'challenge') return
      const signature = Buffer.from(await signer.sign(Buffer.from(`windfall-socket-v1 ${frame.nonce}`))).toString('base64')
      socket.send(JSON.stringify({ type: 'hello', nodeId: keys.nodeId, signature }))
    })
  })
  return { answer: await Promise.race([welcome, closed]), closed }
}

test('the connection the old key opened ends with it; only the new key opens another', async () => {
  server.core.hub.attach(server.app.server)
  await server.app.listen({ port: 0, host: '127.0.0.1' })
  const before = await hello(keys.first)
  expect(before.answer).toBe('welcome')
  await rotate(keys.first)
  expect(await before.closed).toBe(4000)
  expect((await hello(keys.first)).answer).toBe(4003)
  expect((await hello(renewed.current)).answer).toBe('welcome')
})
