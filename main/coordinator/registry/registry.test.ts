import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { enrolmentText } from '../../../shared/domain/enrolment.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { OPERATOR, type TestCore, enrol, startTestCore } from '../core.fake.ts'
import { testCapabilities } from '../test-work.fake.ts'
import { transact } from '../persistence/database.ts'
import { createKeyCheck, generateApiKey, grantApiKey } from './api-keys.ts'
import { CHALLENGE_TTL_MS, createChallenges } from './challenge.ts'
import { redeemChallenge } from './redeemed.store.ts'
import { isWilling } from './registry.ts'

const ADDRESS = toBase58(randomBytes(32))
const signer = createSigner(generateKeyPem())
let core: TestCore
beforeEach(async () => {
  core = await startTestCore()
})
afterEach(() => core[Symbol.asyncDispose]())

const sign = async (challenge: string, by = signer) => Buffer.from(await by.sign(enrolmentText(challenge, null))).toString('base64')
const answer = async (challenge: string, by = signer) => ({
  publicJwk: signer.publicJwk,
  challenge,
  signature: await sign(challenge, by),
  capabilities: testCapabilities,
  payoutAddress: null,
})

test('a node is who can sign with its key; its id is the thumbprint of that key', async () => {
  const { challenge } = core.registry.begin(signer.publicJwk)
  expect(await core.registry.enrol(await answer(challenge))).toEqual({ nodeId: signer.keyId, enrolledAt: '2026-03-01T12:10:00.000Z', heartbeatMs: 15_000 })
})

test('a wrong signature, a used, expired, foreign or invented challenge enrols nobody', async () => {
  const refused = (input: Awaited<ReturnType<typeof answer>>) => expect(core.registry.enrol(input)).rejects.toMatchObject({ code: 'enrolment.refused' })
  const { challenge } = core.registry.begin(signer.publicJwk)
  await refused(await answer(challenge, createSigner(generateKeyPem())))
  await core.registry.enrol(await answer(challenge))
  await refused(await answer(challenge))
  await refused(await answer(core.registry.begin(createSigner(generateKeyPem()).publicJwk).challenge))
  await refused(await answer(randomBytes(64).toString('base64')))
  const late = core.registry.begin(signer.publicJwk)
  await core.clock.advance(CHALLENGE_TTL_MS)
  await refused(await answer(late.challenge))
})

test('a signature that was passed on does not move the earnings to another address', async () => {
  await enrol(core, signer, ADDRESS)
  const { challenge } = core.registry.begin(signer.publicJwk)
  const signature = Buffer.from(await signer.sign(enrolmentText(challenge, ADDRESS))).toString('base64')
  const relayed = { ...(await answer(challenge)), signature, payoutAddress: toBase58(randomBytes(32)) }
  await expect(core.registry.enrol(relayed)).rejects.toMatchObject({ code: 'enrolment.refused' })
  expect((await core.registry.node(signer.keyId))?.payoutAddress).toBe(ADDRESS)
})

test('a small-order key, with which anyone can sign anything, is refused before its signature is looked at', () => {
  const identity = Buffer.alloc(32)
  identity[0] = 1
  expect(() => core.registry.begin({ kty: 'OKP', crv: 'Ed25519', x: identity.toString('base64url') })).toThrow(
    expect.objectContaining({ code: 'enrolment.refused' }),
  )
})

test('enrolling again keeps the node; histories grow only when something changes', async () => {
  await enrol(core, signer, ADDRESS)
  await core.clock.advance(1_000)
  await enrol(core, signer, ADDRESS)
  await enrol(core, signer, null)
  expect(await core.registry.node(signer.keyId)).toMatchObject({ enrolledAt: Date.parse('2026-03-01T12:10:00.000Z'), payoutAddress: ADDRESS })
  const count = async (table: 'node' | 'node_capabilities' | 'node_payout_address') => (await core.db.selectFrom(table).selectAll().execute()).length
  expect([await count('node'), await count('node_capabilities'), await count('node_payout_address')]).toEqual([1, 1, 1])
  const another = toBase58(randomBytes(32))
  await enrol(core, signer, another)
  await enrol(core, signer, another)
  expect(await core.parts.wallets.show(signer.keyId)).toMatchObject({ address: ADDRESS, pending: { address: another, source: 'settings' } })
  expect(await core.decided('node.payout-address-requested')).toHaveLength(1)
  await expect(enrol(core, signer, toBase58(randomBytes(31)).padStart(32, '2'))).rejects.toMatchObject({ code: 'input.invalid' })
})

test('a quarantined node cannot enrol its way out, and nothing is planned on it', async () => {
  const node = await core.enrol(signer)
  await core.standings.quarantine({ nodeId: node.nodeId, by: OPERATOR, reason: 'its proofs were forged' })
  await expect(enrol(core, signer)).rejects.toThrow(/forged/)
  expect(await core.registry.list()).toEqual([])
})

test('of a fleet that is as before nothing is made anew; what changes of one is seen, and leaves the others as they are', async () => {
  const [one, other] = [await core.enrol(), await core.enrol()]
  await one.ready()
  const before = await core.registry.list()
  expect(await core.registry.list()).toBe(before)
  await other.ready()
  const after = await core.registry.list()
  expect(after.map(({ online, ready }) => [online, ready])).toEqual([
    [true, true],
    [true, true],
  ])
  expect(after.find(({ nodeId }) => nodeId === one.nodeId)).toBe(before.find(({ nodeId }) => nodeId === one.nodeId))
  await core.clock.advance(300_000)
  expect((await core.registry.list()).filter(({ online, gone }) => online || !gone)).toEqual([])
})

test('events of a node are numbered without gaps, also when a transaction fails in between', async () => {
  const { nodeId } = await core.enrol(signer)
  const fact: NodeEvent['fact'] = { kind: 'proof-refused', proofId: 'p', jobId: 'j', code: 'proof.time', message: 'm' }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 20 }), async (fails) => {
      const before = await core.registry.lastEvent(nodeId)
      await Promise.allSettled(
        fails.map((fail) =>
          transact(core.db, async (tx) => {
            await core.recordEvent(tx, nodeId, fact)
            if (fail) throw new Error('rolled back')
          }),
        ),
      )
      const events = await core.parts.agents.events(nodeId, { after: before, limit: 200 })
      expect(events.map(({ seq }) => seq)).toEqual(fails.filter((fail) => !fail).map((_, index) => before + index + 1))
    }),
    { numRuns: 20 },
  )
})

test('an agent asks for what follows the last event it has stored', async () => {
  const { nodeId } = await core.enrol(signer)
  for (let i = 0; i < 5; i++)
    await transact(core.db, (tx) => core.recordEvent(tx, nodeId, { kind: 'proof-refused', proofId: `p${i}`, jobId: 'j', code: 'c', message: 'm' }))
  expect((await core.parts.agents.events(nodeId, { after: 2, limit: 2 })).map(({ seq }) => seq)).toEqual([3, 4])
  expect((await core.parts.agents.heartbeat(nodeId, { ready: true, reasons: [], running: [] })).lastEvent).toBe(5)
})

test('an API key opens what it was granted for until another takes its place, and is not stored', async () => {
  const check = createKeyCheck({ ...core, rolesOf: () => ['requester'] })
  const whose = async (key: string) => (await check(key))?.account ?? null
  const apiKey = generateApiKey(randomBytes)
  await grantApiKey(core.db, { requesterId: 'r-2', name: 'R', apiKey, at: 0 })
  await grantApiKey(core.db, { requesterId: 'r-2', name: 'R', apiKey, at: 1 })
  expect(await whose(apiKey)).toBe('r-2')
  expect(await whose(generateApiKey(randomBytes))).toBeNull()
  expect(JSON.stringify(await core.db.selectFrom('api_key').selectAll().execute())).not.toContain(apiKey.slice(12))
  const next = generateApiKey(randomBytes)
  await grantApiKey(core.db, { requesterId: 'r-3', name: 'S', apiKey: generateApiKey(randomBytes), at: 2 })
  expect(await whose(apiKey)).toBe('r-2')
  await grantApiKey(core.db, { requesterId: 'r-2', name: 'R', apiKey: next, at: 3 })
  expect([await whose(apiKey), await whose(next)]).toEqual([null, 'r-2'])
  await grantApiKey(core.db, { requesterId: 'r-2', name: 'R', apiKey, at: 4 })
  expect([await whose(apiKey), await whose(next)]).toEqual(['r-2', null])
})

test('a closed carbon gate does not keep a node from being planned for a green window; its owner does', () => {
  expect(isWilling({ ready: false, reasons: ['carbon', 'no-jobs'] })).toBe(true)
  expect(isWilling({ ready: false, reasons: ['carbon', 'owner-present'] })).toBe(false)
})

test('no sequence of redemptions honours a challenge twice, whichever coordinator it is answered to', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ challenge: fc.nat(3), at: fc.nat(1), waitMs: fc.nat(200_000) }), { maxLength: 20 }), async (steps) => {
      let now = 0
      const key = randomBytes(32)
      const replicas = [0, 1].map(() => createChallenges({ now: () => now, random: (bytes) => randomBytes(bytes), key }))
      const issued = Array.from({ length: 4 }, (_, index) => replicas[index % 2]?.issue('key').challenge ?? '')
      const honoured: number[] = []
      for (const { challenge, at, waitMs } of steps) {
        now += waitMs
        const read = replicas[at]?.read('key', issued[challenge] ?? '')
        if (read && (await transact(core.db, (tx) => redeemChallenge(tx, read, now)))) honoured.push(challenge)
      }
      expect(new Set(honoured).size).toBe(honoured.length)
    }),
  )
})

test('a challenge is good for its key, its time and coordinators with the same key alone', () => {
  const [key, random] = [randomBytes(32), (bytes: number) => randomBytes(bytes)]
  const { issue, read } = createChallenges({ now: () => 0, random, key })
  const { challenge } = issue('key')
  expect(read('key', challenge)).toMatchObject({ expiresAt: CHALLENGE_TTL_MS })
  expect(read('another', challenge)).toBeNull()
  expect(createChallenges({ now: () => CHALLENGE_TTL_MS, random, key }).read('key', challenge)).toBeNull()
  expect(createChallenges({ now: () => 0, random, key: randomBytes(32) }).read('key', challenge)).toBeNull()
})
