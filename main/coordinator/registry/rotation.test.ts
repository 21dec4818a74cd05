import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PublicJwk } from '../../../shared/contract/wire.ts'
import { cosignEnvelope } from '../../../shared/domain/dsse.ts'
import { enrolmentText } from '../../../shared/domain/enrolment.ts'
import { KEY_ROTATION_TYPE } from '../../../shared/domain/rotation.ts'
import { type Signer, createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { OPERATOR, type TestCore, startTestCore } from '../core.fake.ts'
import { testCapabilities } from '../test-work.fake.ts'
import { replaceTestKey, startTestKeys, type TestKeys } from './rotation.fake.ts'

let core: TestCore
let keys: TestKeys
beforeEach(async () => {
  core = await startTestCore()
  keys = await startTestKeys()
  await core.enrol(keys.first)
})
afterEach(() => core[Symbol.asyncDispose]())

const newSigner = () => createSigner(generateKeyPem())
const currentOf = async (nodeId: string) => (await core.registry.node(nodeId))?.keyId
const historyOf = ({ first, statements }: TestKeys) => ({ firstKey: first.publicJwk, rotations: [...statements] })

async function enrolWith(signer: Signer, history?: ReturnType<typeof historyOf>, at = core) {
  const { challenge } = at.registry.begin(signer.publicJwk)
  const signature = Buffer.from(await signer.sign(enrolmentText(challenge, null))).toString('base64')
  const proven = { publicJwk: signer.publicJwk, challenge, signature, capabilities: testCapabilities, payoutAddress: null }
  return at.registry.enrol(history ? { ...proven, history } : proven)
}

test('a node that replaces its key stays the node it is; the change is in the audit log', async () => {
  const renewed = await replaceTestKey(keys)
  expect(await core.registry.rotateKey(keys.nodeId, renewed.statement)).toEqual({ nodeId: keys.nodeId, keyId: renewed.current.keyId })
  expect(await core.registry.node(keys.nodeId)).toMatchObject({ nodeId: keys.nodeId, keyId: renewed.current.keyId, publicJwk: renewed.current.publicJwk })
  for (const keyId of [keys.nodeId, renewed.current.keyId]) expect((await core.registry.nodeOfKey(keyId))?.nodeId).toBe(keys.nodeId)
  expect(await core.decided('node.key-replaced')).toEqual([{ nodeId: keys.nodeId, seq: 1, keyId: renewed.current.keyId, replaced: keys.nodeId }])
})

test('the same statement again gets the same answer and changes nothing, also after the next one', async () => {
  const once = await replaceTestKey(keys)
  const twice = await replaceTestKey(once)
  const first = await core.registry.rotateKey(keys.nodeId, once.statement)
  expect(await core.registry.rotateKey(keys.nodeId, once.statement)).toEqual(first)
  await core.registry.rotateKey(keys.nodeId, twice.statement)
  expect(await core.registry.rotateKey(keys.nodeId, once.statement)).toEqual(first)
  expect(await currentOf(keys.nodeId)).toBe(twice.current.keyId)
  expect(await core.decided('node.key-replaced')).toHaveLength(2)
})

test('of two statements for the same place, at once or one after the other, one is taken', async () => {
  const statements = await Promise.all([1, 2, 3].map(async () => (await replaceTestKey(keys)).statement))
  const outcomes = await Promise.allSettled(statements.map((statement) => core.registry.rotateKey(keys.nodeId, statement)))
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected'])
  await expect(core.registry.rotateKey(keys.nodeId, (await replaceTestKey(keys)).statement)).rejects.toMatchObject({ code: 'conflict' })
})

test('a key that belongs to another node, now or earlier, or to this one already, is refused', async () => {
  const neighbour = await startTestKeys()
  await core.enrol(neighbour.first)
  const moved = await replaceTestKey(neighbour)
  await core.registry.rotateKey(neighbour.nodeId, moved.statement)
  for (const taken of [neighbour.first, moved.current])
    await expect(core.registry.rotateKey(keys.nodeId, (await replaceTestKey(keys, taken)).statement)).rejects.toThrow(/already belongs to a node/)
  expect(await currentOf(keys.nodeId)).toBe(keys.nodeId)
})

test('a statement about another node, or of a node that is not enrolled, is refused', async () => {
  const neighbour = await startTestKeys()
  await expect(core.registry.rotateKey(keys.nodeId, (await replaceTestKey(neighbour)).statement)).rejects.toMatchObject({ code: 'conflict' })
  await expect(core.registry.rotateKey(neighbour.nodeId, (await replaceTestKey(neighbour)).statement)).rejects.toMatchObject({ code: 'auth.refused' })
})

test('a small-order key, with which anyone can sign anything, never becomes the key of a node', async () => {
  const x = Buffer.alloc(32)
  x[0] = 1
  const newKey: PublicJwk = { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') }
  const body = { v: 1, nodeId: keys.nodeId, index: 1, newKey, prev: null, at: '2026-03-01T12:00:00.000Z' }
  const statement = await cosignEnvelope(KEY_ROTATION_TYPE, Buffer.from(JSON.stringify(body)), [keys.first, newSigner()])
  await expect(core.registry.rotateKey(keys.nodeId, statement)).rejects.toThrow(/small-order/)
})

test('enrolling under the new key finds the same node; the replaced key finds nobody', async () => {
  const renewed = await replaceTestKey(keys)
  await core.registry.rotateKey(keys.nodeId, renewed.statement)
  await core.clock.advance(1_000)
  expect(await enrolWith(renewed.current)).toMatchObject({ nodeId: keys.nodeId, enrolledAt: '2026-03-01T12:10:00.000Z' })
  expect(await enrolWith(renewed.current, historyOf(renewed))).toMatchObject({ nodeId: keys.nodeId })
  await expect(enrolWith(keys.first)).rejects.toThrow(/was replaced/)
  expect(await core.db.selectFrom('node').selectAll().execute()).toHaveLength(1)
})

test('a coordinator that has never heard of the node, or lost what it heard, learns its keys at enrolment', async () => {
  const twice = await replaceTestKey(await replaceTestKey(keys))
  expect(await enrolWith(twice.current, historyOf(twice))).toMatchObject({ nodeId: keys.nodeId })
  expect(await currentOf(keys.nodeId)).toBe(twice.current.keyId)
  await using elsewhere = await startTestCore()
  expect(await enrolWith(twice.current, historyOf(twice), elsewhere)).toMatchObject({ nodeId: keys.nodeId })
  expect((await elsewhere.registry.node(keys.nodeId))?.rotations).toHaveLength(2)
  expect(await elsewhere.decided('node.enrolled')).toMatchObject([{ nodeId: keys.nodeId }])
})

test('keys that lead elsewhere, are cut off, or claim a node whose key another one has, enrol nobody', async () => {
  const twice = await replaceTestKey(await replaceTestKey(keys))
  const refused = (signer: Signer, history: ReturnType<typeof historyOf>) =>
    expect(enrolWith(signer, history)).rejects.toMatchObject({ code: expect.stringMatching(/enrolment.refused|conflict/) })
  await refused(newSigner(), historyOf(twice))
  await refused(twice.current, { ...historyOf(twice), rotations: historyOf(twice).rotations.slice(0, 1) })
  await refused(twice.current, { ...historyOf(twice), rotations: historyOf(twice).rotations.toReversed() })
  const neighbour = await startTestKeys()
  await core.enrol(neighbour.first)
  await refused(neighbour.first, historyOf(await replaceTestKey(keys, neighbour.first)))
  // The other branch of a fork comes too late.
  const [one, other] = [await replaceTestKey(keys), await replaceTestKey(keys)]
  await core.registry.rotateKey(keys.nodeId, one.statement)
  await refused(other.current, historyOf(other))
  await refused((await replaceTestKey(other)).current, historyOf(await replaceTestKey(other)))
  expect(await currentOf(keys.nodeId)).toBe(one.current.keyId)
})

test('a quarantined node stays quarantined under every key', async () => {
  const renewed = await replaceTestKey(keys)
  await core.registry.rotateKey(keys.nodeId, renewed.statement)
  await core.standings.quarantine({ nodeId: keys.nodeId, by: OPERATOR, reason: 'its proofs were forged' })
  await expect(enrolWith(renewed.current)).rejects.toThrow(/forged/)
})

test('whatever is sent in whatever order, a node has one line of keys, and only its last key is current', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ base: fc.nat(5), again: fc.boolean() }), { minLength: 1, maxLength: 8 }), async (steps) => {
      const node = await startTestKeys()
      await core.enrol(node.first)
      const made: TestKeys[] = [node]
      let taken = node
      for (const { base, again } of steps) {
        const next = await replaceTestKey(made[base % made.length] ?? node)
        made.push(next)
        const follows = next.statements.length === taken.statements.length + 1 && next.statements.slice(0, -1).every((one, i) => one === taken.statements[i])
        for (let times = again ? 2 : 1; times > 0; times--) {
          const outcome = await core.registry.rotateKey(node.nodeId, next.statement).then(
            () => 'taken',
            () => 'refused',
          )
          expect(outcome).toBe(follows ? 'taken' : 'refused')
        }
        if (follows) taken = next
      }
      expect(await currentOf(node.nodeId)).toBe(taken.current.keyId)
    }),
    { numRuns: 25 },
  )
})
