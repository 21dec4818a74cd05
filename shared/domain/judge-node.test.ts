import { expect, test } from 'vitest'
import { serializeBundle } from './open-bundle.ts'
import { testBundle, testCrypto, testLogKey, testNextKeys, testNode, testReceiptKey } from './receipt-bundle.fake.ts'
import { verifyReceipt } from './verify-receipt.ts'

const options = { crypto: testCrypto, pinnedKeys: [testReceiptKey.keyId, testLogKey.keyId] }
const verify = (bundle: unknown, more: Partial<Parameters<typeof verifyReceipt>[1]> = {}) => verifyReceipt(bundle, { ...options, ...more })
const [next, afterNext, another] = testNextKeys

test('the proof of a node that replaced its key is as good as before, and the file says how the keys follow', async () => {
  const bundle = await testBundle({ nextKeys: [next, afterNext] })
  const { valid, steps } = await verify(serializeBundle(bundle))
  expect(valid).toBe(true)
  expect(steps.find(({ step }) => step === 'rotations')).toMatchObject({ outcome: 'passed', detail: expect.stringContaining('2 times') })
  expect(Object.keys(bundle).at(-1)).toBe('rotations')
})

test('a node that never replaced its key gets the file it always got', async () => {
  const bundle = await testBundle()
  expect(Object.keys(bundle)).toEqual(['bundle', 'receipt', 'proofs', 'keys', 'inclusion', 'anchor'])
  expect(bundle.bundle).toBe('windfall.receipt-bundle/v1')
})

test('a key that the statements do not lead to, or lead beyond, does not speak for the node', async () => {
  const signedByNext = await testBundle({ nextKeys: [next] })
  const { rotations } = { rotations: [], ...(await testBundle({ nextKeys: [next, another] })) }
  const keys = [...signedByNext.keys, another.publicJwk]
  expect(await verify({ ...signedByNext, keys, rotations })).toMatchObject({ failedStep: 'rotations' })
  const { receipt, proofs, inclusion, anchor } = signedByNext
  const used = signedByNext.keys.filter(({ x }) => x !== testNode.publicJwk.x)
  const unexplained = { bundle: 'windfall.receipt-bundle/v1', receipt, proofs, keys: used, inclusion, anchor }
  expect(await verify(unexplained)).toMatchObject({ failedStep: 'proofs' })
})

test('a receipt that is signed by a key its node changed to is no receipt', async () => {
  expect(await verify(serializeBundle(await testBundle({ nextKeys: [testReceiptKey] })), { pinnedKeys: undefined })).toMatchObject({ valid: false })
})
