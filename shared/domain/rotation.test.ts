import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Envelope, PublicJwk } from '../contract/wire.ts'
import { cosignEnvelope, type EnvelopeSigner, payloadOf } from './dsse.ts'
import { encodeBase64Url } from './encoding.ts'
import { keyIdOf } from './keys.ts'
import { testCrypto, testLogKey, testNextKeys, testNode, testReceiptKey, testRotations, type TestSigner, toBytes } from './receipt-bundle.fake.ts'
import { currentKey, followRotation, followRotations, KEY_ROTATION_TYPE, KeyRotation, MAX_ROTATIONS, signRotation, startHistory } from './rotation.ts'
import { SMALL_ORDER_KEYS } from './weak-keys.fake.ts'

const first = { nodeId: testNode.keyId, firstKey: testNode.publicJwk }
const follow = (statements: readonly Envelope[], of = first) => followRotations(of, statements, testCrypto)
const [ed, ec, other] = testNextKeys
const keyIdsOf = (keys: readonly { readonly keyId: string }[]) => keys.map(({ keyId }) => keyId)

/** The statement of `testRotations([ed])` with parts changed and signed again. */
async function forged(changes: object, signers: readonly EnvelopeSigner[] = [testNode, ed]): Promise<Envelope> {
  const { statements } = await testRotations([ed])
  const [genuine] = statements
  return cosignEnvelope(KEY_ROTATION_TYPE, toBytes({ ...Object(genuine && payloadOf(genuine)), ...changes }), signers)
}

test('a node that replaced its key keeps its id, and the last key speaks for it', async () => {
  const { statements } = await testRotations([ed, ec, other])
  const history = await follow(statements)
  if (typeof history === 'string') throw new Error(history)
  expect(history.nodeId).toBe(testNode.keyId)
  expect(keyIdsOf(history.keys)).toEqual(keyIdsOf([testNode, ed, ec, other]))
  expect(currentKey(history)).toMatchObject({ keyId: other.keyId, publicJwk: other.publicJwk })
  expect(await follow([])).toMatchObject({ keys: [{ keyId: testNode.keyId }], head: null })
})

test('a node id belongs to one first key', async () => {
  expect(await follow([], { nodeId: testNode.keyId, firstKey: ed.publicJwk })).toMatch(/does not belong/)
  expect(await startHistory({ nodeId: testNode.keyId, firstKey: { kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(new Uint8Array(32)) } }, testCrypto)).toMatch(
    /small-order/,
  )
})

const identity = { kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 1 : 0))) } as const
const offCurve = { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } as const

test.each<[what: string, changes: object, signers: readonly EnvelopeSigner[], refusal: RegExp]>([
  ['another node', { nodeId: ed.keyId }, [testNode, ed], /another node/],
  ['a gap', { index: 2 }, [testNode, ed], /number 2 where number 1/],
  ['a predecessor that is not there', { prev: 'f'.repeat(64) }, [testNode, ed], /statement before/],
  ['a small-order key', { newKey: identity }, [testNode, ed], /small-order/],
  ['a key off its curve', { newKey: offCurve }, [testNode, ed], /not a point/],
  ['the key it replaces', { newKey: testNode.publicJwk }, [testNode, testNode], /used before/],
  ['one signature', {}, [testNode], /1 signatures instead of 2/],
  ['three signatures', {}, [testNode, ed, ec], /3 signatures instead of 2/],
  ['the signatures in the wrong order', {}, [ed, testNode], /not signed by the key it replaces/],
  ['a stranger in place of the old key', {}, [other, ed], /not signed by the key it replaces/],
  ['a stranger in place of the new key', {}, [testNode, other], /not signed by the new key/],
  ['a stranger under the name of the old key', {}, [{ ...other, keyId: testNode.keyId }, ed], /signature of the key it replaces/],
  ['a stranger under the name of the new key', {}, [testNode, { ...other, keyId: ed.keyId }], /signature of the new key/],
  ['a member that is not in the format', { note: 1 }, [testNode, ed], /right form/],
  ['another version', { v: 2 }, [testNode, ed], /right form/],
  ['a number below the first', { index: 0 }, [testNode, ed], /right form/],
])('%s is refused', async (_, changes, signers, refusal) => {
  expect(await follow([await forged(changes, signers)])).toMatch(refusal)
})

test('a weak key is refused before any signature is looked at', async () => {
  const looked: PublicJwk[] = []
  const crypto = { ...testCrypto, verify: async (jwk: PublicJwk) => looked.push(jwk) > 0 }
  expect(await followRotations(first, [await forged({ newKey: identity })], crypto)).toMatch(/small-order/)
  expect(looked).toEqual([])
})

test('no encoding of a small-order point becomes a key of a node, first or later', async () => {
  for (const weak of SMALL_ORDER_KEYS) {
    expect(await follow([await forged({ newKey: weak })])).toMatch(/must not be used/)
    expect(await startHistory({ nodeId: await keyIdOf(weak, testCrypto.sha256), firstKey: weak }, testCrypto)).toMatch(/must not be used/)
  }
})

test('a statement of another type, however well signed, is none', async () => {
  const { statements } = await testRotations([ed])
  const [genuine] = statements
  if (!genuine) throw new Error('no statement')
  const retyped = await cosignEnvelope('application/vnd.windfall.tree-head.v1+json', toBytes(payloadOf(genuine)), [testNode, ed])
  expect(await follow([retyped])).toMatch(/its type is/)
  expect(await follow([{ ...retyped, payloadType: KEY_ROTATION_TYPE }])).toMatch(/signature of the key it replaces/)
})

const POOL = [ed, ec, other, testReceiptKey, testLogKey]
const Keys = fc.uniqueArray(fc.constantFrom(...POOL), { selector: ({ keyId }) => keyId, minLength: 1, maxLength: POOL.length })

test('cut off anywhere, the statements lead to the key of that time', async () => {
  await fc.assert(
    fc.asyncProperty(Keys, fc.nat(POOL.length), async (keys, length) => {
      const { statements } = await testRotations(keys)
      const history = await follow(statements.slice(0, length))
      expect(typeof history === 'string' ? history : currentKey(history).keyId).toBe([testNode, ...keys].slice(0, length + 1).at(-1)?.keyId)
    }),
    { numRuns: 40 },
  )
})

test('statements that are left out, repeated, swapped or from another line of keys are refused wherever they stand', async () => {
  await fc.assert(
    fc.asyncProperty(Keys, Keys, fc.nat(), fc.nat(), fc.constantFrom('drop', 'repeat', 'swap', 'fork'), async (keys, strangers, i, j, change) => {
      const { statements } = await testRotations(keys)
      const fork = (await testRotations(strangers)).statements
      const [from, to] = [i % statements.length, j % statements.length]
      const changed = [...statements]
      if (change === 'drop') changed.splice(from, 1)
      if (change === 'repeat') changed.splice(to, 0, ...statements.slice(from, from + 1))
      if (change === 'swap') [changed[from], changed[to]] = [changed[to] as Envelope, changed[from] as Envelope]
      if (change === 'fork') changed.splice(from, 1, ...(fork.length > from ? fork : statements).slice(from, from + 1))
      const same = JSON.stringify(changed.map(payloadOf)) === JSON.stringify(statements.slice(0, changed.length).map(payloadOf))
      const lastOfFork =
        change === 'fork' && from === statements.length - 1 && keyIdsOf(keys.slice(0, from)).join() === keyIdsOf(strangers.slice(0, from)).join()
      const history = await follow(changed)
      // What remains a true beginning of either line is not a forgery: only its owner can have signed both.
      if (same || lastOfFork) expect(typeof history).toBe('object')
      else expect(history).toMatch(/must be refused/)
    }),
    { numRuns: 150 },
  )
})

test('changing any byte of a statement is noticed', async () => {
  const { statements } = await testRotations([ed])
  const text = JSON.stringify(statements[0])
  await fc.assert(
    fc.asyncProperty(
      fc.nat(text.length - 1),
      fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_'.split('')),
      async (at, letter) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1)
        let envelope: Envelope | undefined
        try {
          envelope = JSON.parse(changed) as Envelope
        } catch {
          return
        }
        if (changed !== text && envelope.signatures?.every(({ keyid, sig }) => keyid && sig) && envelope.payload && envelope.payloadType)
          expect(await follow([envelope])).toMatch(/must be refused/)
      },
    ),
    { numRuns: 400 },
  )
})

test('nothing a stranger puts into a statement makes it throw', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.record({ v: fc.constant(1), index: fc.integer(), newKey: fc.jsonValue() })), async (value) => {
      expect(await follow([await cosignEnvelope(KEY_ROTATION_TYPE, toBytes(value), [testNode, ed])])).toMatch(/must be refused/)
    }),
    { numRuns: 100 },
  )
})

test('a node may change its key so often and no more', async () => {
  const started = await startHistory(first, testCrypto)
  if (typeof started === 'string') throw new Error(started)
  const signer: TestSigner = ed
  const used = Array.from({ length: MAX_ROTATIONS }, (_, index) => ({ keyId: `key-${index}`, publicJwk: testNode.publicJwk }))
  const full = { ...started, keys: [...used, { keyId: testNode.keyId, publicJwk: testNode.publicJwk }] }
  const statement = await signRotation(full, testNode, { incoming: signer, at: '2026-11-20T08:00:00.000Z' })
  expect(await followRotation(full, statement, testCrypto)).toMatch(/64 times and no more/)
  const almost = { ...full, keys: full.keys.slice(1) }
  const last = await signRotation(almost, testNode, { incoming: signer, at: '2026-11-20T08:00:00.000Z' })
  expect(KeyRotation.parse(payloadOf(last)).index).toBe(MAX_ROTATIONS)
  expect(await followRotation(almost, last, testCrypto)).toMatchObject({ nodeId: testNode.keyId })
})
