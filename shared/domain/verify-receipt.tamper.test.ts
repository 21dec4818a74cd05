/** Whatever is done to the bytes of a receipt file, it is never valid again. */
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { WindfallError } from '../errors.ts'
import { anchorMemo } from './anchor-memo.ts'
import { TreeHead } from './carbon-receipt.ts'
import { decodeBase64, decodeUtf8, encodeUtf8 } from './encoding.ts'
import type { VerifyPort } from './keys.ts'
import { MAX_BUNDLE_BYTES, serializeBundle } from './open-bundle.ts'
import { testBundle, testCrypto, testLogKey, testNextKeys, testReceiptKey, testRotations } from './receipt-bundle.fake.ts'
import { VERIFICATION_STEPS } from './verification.ts'
import { verifyReceipt } from './verify-receipt.ts'

/** What was asked about the files as they are. A change leaves most of a file alone, and what it changes is asked anew. */
const known = new Map<string, boolean | Uint8Array>()
let learns = true

const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)

async function once<T extends boolean | Uint8Array>(question: string, answer: () => Promise<T>): Promise<T> {
  const found = known.get(question) as T | undefined
  if (found !== undefined) return found
  const value = await answer()
  if (learns) known.set(question, value)
  return value
}

const crypto: VerifyPort = {
  sha256: (bytes) => once(textOf(bytes), () => testCrypto.sha256(bytes)),
  verify: (jwk, bytes, signature) => once(JSON.stringify([jwk, textOf(signature), textOf(bytes)]), () => testCrypto.verify(jwk, bytes, signature)),
}

const pinnedKeys = [testReceiptKey.keyId, testLogKey.keyId]

/** The failing step, `unreadable`, or `valid`. Anything else thrown fails the test. */
async function verdict(input: unknown, pins: readonly string[] = pinnedKeys): Promise<string> {
  try {
    const { valid, failedStep } = await verifyReceipt(input, { crypto, pinnedKeys: pins })
    return valid ? 'valid' : String(failedStep)
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'receipt.unreadable') return 'unreadable'
    throw error
  }
}

/** A file of either version, and a node that changed to two other keys. */
let file: Uint8Array
let rotated: Uint8Array
beforeAll(async () => {
  file = serializeBundle(await testBundle())
  rotated = serializeBundle(await testBundle({ nextKeys: testNextKeys.slice(0, 2) }))
  for (const whole of [file, rotated]) expect(await verdict(whole)).toBe('valid')
  learns = false
})

const headIn = ({ payload }: { payload: string }): TreeHead => TreeHead.parse(JSON.parse(decodeUtf8(decodeBase64(payload) ?? new Uint8Array()) ?? ''))
const NAMED: readonly string[] = ['unreadable', ...VERIFICATION_STEPS]

/** Changes every byte of a file in two ways, one after the other, and counts which step notices. Unpinned, so that nothing is caught merely for a strange key. */
async function verdictsOfChanges(whole: Uint8Array): Promise<ReadonlyMap<string, number>> {
  const alphabet = encodeUtf8('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="{}[],: \\')
  const seen = new Map<string, number>()
  for (const [position, byte] of whole.entries()) {
    const swapped = alphabet[(position * 31) % alphabet.length] ?? 0
    for (const value of [byte ^ (1 << (position % 8)), swapped === byte ? byte ^ 0x80 : swapped]) {
      const result = await verdict(whole.with(position, value), [])
      if (!NAMED.includes(result)) expect.fail(`byte ${position} from ${byte} to ${value}: ${result}`)
      seen.set(result, (seen.get(result) ?? 0) + 1)
    }
  }
  return seen
}

test('changing any single byte, at every position, is noticed', { timeout: 120_000 }, async () => {
  const seen = await verdictsOfChanges(file)
  for (const step of ['unreadable', 'envelope', 'proofs', 'inclusion', 'tree-head']) expect(seen.get(step) ?? 0).toBeGreaterThan(0)
})

test('so is any change to the file of a node that replaced its key', { timeout: 240_000 }, async () => {
  const seen = await verdictsOfChanges(rotated)
  for (const step of ['unreadable', 'envelope', 'rotations', 'proofs', 'inclusion', 'tree-head']) expect(seen.get(step) ?? 0).toBeGreaterThan(0)
})

test('leaving out, repeating, swapping or borrowing key changes is noticed', async () => {
  const whole = JSON.parse(new TextDecoder().decode(rotated)) as { rotations: unknown[]; keys: unknown[] }
  const [first, second] = whole.rotations
  const { statements: borrowed } = await testRotations([testNextKeys[2]], testLogKey)
  for (const rotations of [[], [first], [second], [second, first], [first, first], [first, second, second], [...borrowed], [first, second, ...borrowed]])
    expect(['envelope', 'rotations']).toContain(await verdict({ ...whole, rotations }))
  for (const missing of whole.keys.keys()) expect(NAMED).toContain(await verdict({ ...whole, keys: whole.keys.filter((_, index) => index !== missing) }))
})

test('a version that does not fit the content is noticed', async () => {
  const [old, renewed] = [file, rotated].map((bytes) => new TextDecoder().decode(bytes))
  expect(await verdict(encodeUtf8(old?.replace('bundle/v1', 'bundle/v2') ?? ''))).toBe('envelope')
  expect(await verdict(encodeUtf8(renewed?.replace('bundle/v2', 'bundle/v1') ?? ''))).toBe('envelope')
  expect(await verdict(rotated)).toBe('valid')
})

test('in an anchored file the chain is needed for one thing only, the name of the transaction', async () => {
  const anchored = await testBundle({ anchor: (head) => ({ cluster: 'localnet', signature: '5'.repeat(88), memo: anchorMemo(headIn(head)) }) })
  const bytes = serializeBundle(anchored)
  const text = new TextDecoder().decode(bytes)
  const signature = text.indexOf('5'.repeat(88))
  for (let position = text.lastIndexOf('"anchor"'); position < bytes.length; position++) {
    const changed = bytes.with(position, (bytes[position] ?? 0) ^ 1)
    const inSignature = position >= signature && position < signature + 88
    const onChain = async (name: string) => (name === anchored.anchor?.signature ? [anchored.anchor.memo] : null)
    if (!inSignature) expect(NAMED, `byte ${position}`).toContain(await verdict(changed))
    else expect(await verifyReceipt(changed, { crypto: testCrypto, anchor: (anchor) => onChain(anchor.signature) })).toMatchObject({ failedStep: 'anchor' })
  }
})

test('removing, repeating or inserting a byte anywhere is noticed', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(255), fc.constantFrom('remove', 'repeat', 'insert'), async (place, byte, change) => {
      const at = place % file.length
      const middle = change === 'remove' ? [] : [file[at] ?? 0, change === 'repeat' ? (file[at] ?? 0) : byte]
      expect(NAMED).toContain(await verdict(Uint8Array.from([...file.subarray(0, at), ...middle, ...file.subarray(at + 1)])))
    }),
    { numRuns: 1_000 },
  )
})

test('truncating the file anywhere is noticed', async () => {
  for (let length = 0; length < file.length; length += 97) expect(await verdict(file.subarray(0, length))).toBe('unreadable')
})

test('text that means the same to a JSON parser is still another file', async () => {
  const text = new TextDecoder().decode(file)
  const rewritten = {
    'a trailing newline': `${text}\n`,
    'a space': text.replace(':', ': '),
    'an escape': text.replace('"receipt"', '"\\u0072eceipt"'),
    'another form of a number': text.replace('"leafIndex":5', '"leafIndex":5.0'),
    'an exponent': text.replace('"treeSize":8', '"treeSize":8e0'),
    'an unknown member': text.replace('{"bundle"', '{"note":1,"bundle"'),
    'a prototype': text.replace('{"bundle"', '{"__proto__":{},"bundle"'),
    'another order of members': JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).toReversed())),
  }
  for (const [change, changed] of Object.entries(rewritten)) {
    expect(changed, change).not.toBe(text)
    expect(await verdict(encodeUtf8(changed)), change).toBe('envelope')
  }
})

test('text that two JSON parsers may read differently is no JSON', async () => {
  const text = new TextDecoder().decode(file)
  const ambiguous = {
    'a byte order mark': `\ufeff${text}`,
    'a repeated member': text.replace('{"bundle"', '{"anchor":null,"bundle"'),
    'a repeated member further in': text.replace('"leafIndex":', '"leafIndex":5,"leafIndex":'),
    'nesting without end': text.replace(/"receipt":\{.*?\]\}/, `"receipt":${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  }
  for (const [change, changed] of Object.entries(ambiguous)) {
    expect(changed, change).not.toBe(text)
    expect(await verdict(encodeUtf8(changed)), change).toBe('unreadable')
  }
})

test('what is no receipt at all is unreadable', async () => {
  const nothing = [
    new Uint8Array(),
    encodeUtf8('null'),
    encodeUtf8('[]'),
    encodeUtf8('{}'),
    encodeUtf8('{"bundle":"windfall.receipt-bundle/v3"}'),
    Uint8Array.of(0xff, 0xfe),
    null,
    undefined,
    7,
    'text',
    [],
  ]
  for (const input of nothing) expect(await verdict(input)).toBe('unreadable')
  expect(await verdict(new Uint8Array(MAX_BUNDLE_BYTES + 1))).toBe('unreadable')
  expect(await verdict(encodeUtf8('['.repeat(200_000)))).toBe('unreadable')
})

test('no JSON value makes the verifier throw anything but unreadable', async () => {
  const parts = await testBundle()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(parts)), fc.jsonValue({ maxDepth: 4 }), async (member, value) => {
      const result = await verdict({ ...parts, [member]: value })
      if (JSON.stringify(value) !== JSON.stringify(parts[member as keyof typeof parts])) expect(NAMED).toContain(result)
    }),
    { numRuns: 300 },
  )
})
