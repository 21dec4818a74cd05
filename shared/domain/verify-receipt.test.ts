import { expect, test } from 'vitest'
import { anchorMemo } from './anchor-memo.ts'
import { type ReceiptBundle, TREE_HEAD_TYPE, TreeHead } from './carbon-receipt.ts'
import { signEnvelope } from './dsse.ts'
import { decodeBase64, decodeUtf8, encodeBase64, encodeHex } from './encoding.ts'
import type { EnergyProof } from './energy-proof.ts'
import { serializeBundle } from './open-bundle.ts'
import {
  createTestSigner,
  type TestBundleParts,
  testBundle,
  testCrypto,
  testLogKey,
  testNode,
  testProof,
  testReceiptKey,
  toBytes,
} from './receipt-bundle.fake.ts'
import { predicateOf } from './receipt-summary.ts'
import { verifyReceipt } from './verify-receipt.ts'

const options = { crypto: testCrypto, pinnedKeys: [testReceiptKey.keyId, testLogKey.keyId] }
const verify = (bundle: unknown, more: Partial<Parameters<typeof verifyReceipt>[1]> = {}) => verifyReceipt(bundle, { ...options, ...more })
const outcomeOf = async (bundle: ReceiptBundle, step: string, more = {}) => (await verify(serializeBundle(bundle), more)).steps.find((one) => one.step === step)
const failing = async (parts: TestBundleParts) => {
  const { failedStep, steps } = await verify(serializeBundle(await testBundle(parts)))
  return { failedStep, detail: steps.find(({ outcome }) => outcome === 'failed')?.detail }
}

test('a whole receipt passes every step that needs no network', async () => {
  const verification = await verify(serializeBundle(await testBundle()))
  expect(verification).toMatchObject({ valid: true, failedStep: null })
  expect(verification.steps.filter(({ outcome }) => outcome !== 'passed').map(({ step }) => step)).toEqual(['anchor'])
})

test('the window may pass the bundle as a value', async () => {
  expect(await verify(await testBundle())).toMatchObject({ valid: true })
})

const later = (time: string) => new Date(Date.parse(time) + 86_400_000).toISOString()

test('two proofs of one node, one after the other, are one receipt', async () => {
  const first = testProof()
  const prev = encodeHex(await testCrypto.sha256(toBytes(first)))
  const intervals = first.intervals.map((interval) => ({ ...interval, from: later(interval.from), to: later(interval.to) }))
  const second = testProof({
    proofId: 'proof-2',
    seq: 2,
    prev,
    startedAt: later(first.startedAt),
    endedAt: later(first.endedAt),
    intervals,
    method: 'estimate',
    uncertaintyPct: 40,
  })
  expect(await verify(serializeBundle(await testBundle({ proofs: [first, second] })))).toMatchObject({ valid: true })
  expect(await failing({ proofs: [first, { ...second, prev: 'f'.repeat(64) }] })).toMatchObject({ failedStep: 'chain' })
  expect(await failing({ proofs: [first, { ...second, seq: 1, prev: null }] })).toMatchObject({ failedStep: 'chain' })
  expect(await failing({ proofs: [first, { ...second, prev: null }] })).toMatchObject({ failedStep: 'chain' })
})

test('without a pinned key it says so instead of trusting the file', async () => {
  const bundle = await testBundle()
  expect(await outcomeOf(bundle, 'coordinator-key', { pinnedKeys: undefined })).toMatchObject({
    outcome: 'skipped',
    detail: expect.stringContaining('Not pinned'),
  })
  expect(await outcomeOf(bundle, 'coordinator-key', { pinnedKeys: [testReceiptKey.keyId] })).toMatchObject({
    outcome: 'passed',
    detail: expect.stringContaining('is not pinned'),
  })
  expect(await verify(bundle, { pinnedKeys: [testLogKey.keyId] })).toMatchObject({ valid: false, failedStep: 'coordinator-key' })
  expect(await verify(bundle, { pinnedKeys: [testReceiptKey.keyId, testNode.keyId] })).toMatchObject({ valid: false, failedStep: 'coordinator-key' })
})

test('a proof that tells of the sun makes a receipt that holds, and says how much of the energy it was', async () => {
  const bundle = await testBundle({ proofs: [sunnyProof(250_000)] })
  expect(await verify(bundle)).toMatchObject({ valid: true })
  expect(predicateOf(bundle).solarJ).toBe(250_000)
})

test('a node cannot write its own receipt', async () => {
  const bundle = await testBundle({ node: testReceiptKey, proofs: [testProof({ nodeId: testReceiptKey.keyId })] })
  const keys = bundle.keys.slice(0, 2)
  expect(await verify({ ...bundle, keys }, { pinnedKeys: undefined })).toMatchObject({ failedStep: 'coordinator-key' })
})

const sunnyProof = (solarJ: number) => testProof({ v: 2, solarJ, solarBasis: 'declared' })

const changed = (predicate: object) => (statement: object) => ({ ...statement, predicate: { ...(statement as { predicate: object }).predicate, ...predicate } })

test.each<[step: string, parts: TestBundleParts, detail: RegExp]>([
  ['proofs', { statement: changed({ jobId: 'job-2' }) }, /another job/],
  ['proofs', { statement: changed({ nodeId: testLogKey.keyId }) }, /not signed by the node/],
  ['proofs', { statement: changed({ proofs: [{ proofId: 'proof-1', sha256: '0'.repeat(64) }] }) }, /not the one the receipt names/],
  ['proofs', { proofs: [testProof({ outputSha256: '9'.repeat(64) })] }, /output/],
  ['proofs', { proofs: [testProof({ runtime: { name: 'docker', image: `sha256:${'9'.repeat(64)}` } })] }, /image/],
  ['chain', { proofs: [testProof({ prev: 'a'.repeat(64) })] }, /predecessor/],
  ['arithmetic', { proofs: [testProof({ boardJ: 599_999 })] }, /add up/],
  ['arithmetic', { statement: changed({ emissionsG: 1 }) }, /emissions/],
  ['arithmetic', { statement: changed({ energyWh: 1 }) }, /energy in Wh/],
  ['arithmetic', { statement: changed({ attributedSavingG: 99 }) }, /attributed saving/],
  ['arithmetic', { statement: changed({ sci: { value: 1, unit: 'gCO2e', r: 'gpu-hour' } }) }, /SCI/],
  ['arithmetic', { statement: changed({ overhead: { factor: 2, basis: 'hidden' } }) }, /overhead/],
  ['arithmetic', { statement: changed({ uncertaintyPct: 0.1 }) }, /uncertainty/],
  ['arithmetic', { statement: changed({ method: 'rapl' }) }, /weakest/],
  ['arithmetic', { statement: changed({ evidence: 'tpm' }) }, /weakest/],
  ['arithmetic', { statement: changed({ solarJ: 1e9 }) }, /[Mm]ore solar energy/],
  ['arithmetic', { statement: changed({ solarJ: 100 }) }, /says 100 J of solar energy, its proofs say no J/],
  ['arithmetic', { proofs: [sunnyProof(1_000)], statement: changed({ solarJ: null }) }, /says no J of solar energy, its proofs say 1000 J/],
  ['arithmetic', { proofs: [sunnyProof(1_000)], statement: changed({ solarJ: 2_000 }) }, /says 2000 J/],
  ['arithmetic', { proofs: [sunnyProof(700_000)] }, /[Mm]ore solar energy/],
  ['arithmetic', { statement: changed({ embodied: { g: 9, low: 1, high: 2, source: 'x' } }) }, /SCI/],
  ['plausibility', { proofs: [testProof({ devices: testProof().devices.map((device) => ({ ...device, powerLimitW: 100 })) })] }, /more than 100/],
])('a coordinator that signs a wrong %s is caught (case %#)', async (failedStep, parts, detail) => {
  expect(await failing(parts)).toMatchObject({ failedStep, detail: expect.stringMatching(detail) })
})

const absurd = (same: { predicate: { intervals: readonly object[] } }) => ({
  ...same,
  predicate: { ...same.predicate, intervals: same.predicate.intervals.map((row) => ({ ...row, joules: 1e308, gPerKWh: 1e308 })) },
})

test('absurd numbers are wrong figures, not crashes', async () => {
  expect(await failing({ statement: absurd })).toMatchObject({ failedStep: 'arithmetic' })
})

/** Leads to infinity, beside which any difference looks small. */
const dirty = (same: { readonly predicate: { readonly intervals: readonly object[] } }) =>
  changed({ intervals: same.predicate.intervals.map((row) => ({ ...row, gPerKWh: 1e308 })) })(same)

test('a figure that overflows confirms no other figure', async () => {
  const proofs = [
    testProof({
      devices: testProof().devices.map((device) => ({ ...device, powerLimitW: 1e9 })),
      intervals: testProof().intervals.map((one) => ({ ...one, joules: 1e10 })),
      boardJ: 2e10,
    }),
  ]
  expect(await failing({ proofs, statement: (same) => dirty(same) })).toMatchObject({ failedStep: 'arithmetic', detail: expect.stringMatching(/emissions/) })
})

const whole = (proof: EnergyProof) => [{ from: proof.startedAt, to: proof.endedAt, joules: proof.boardJ, coverage: 1 }]

test('energy that runs across a half-hour is refused', async () => {
  expect(await failing({ proofs: [testProof({ intervals: whole(testProof()) })] })).toMatchObject({ failedStep: 'half-hours' })
})

const headOf = (bundle: ReceiptBundle) => TreeHead.parse(JSON.parse(decodeUtf8(decodeBase64(bundle.inclusion.treeHead.payload) ?? new Uint8Array()) ?? ''))

test('a tree head of another log, an unsigned one and one of another size are told apart', async () => {
  const bundle = await testBundle()
  const head = headOf(bundle)
  const withHead = async (body: object, signer = testLogKey) => ({
    ...bundle,
    inclusion: { ...bundle.inclusion, treeHead: await signEnvelope(TREE_HEAD_TYPE, toBytes(body), signer) },
  })
  expect(await verify(await withHead({ ...head, logId: testNode.keyId }))).toMatchObject({ failedStep: 'tree-head' })
  expect(await verify(await withHead({ ...head, treeSize: head.treeSize + 1 }))).toMatchObject({ failedStep: 'inclusion' })
  expect(await verify(await withHead({ ...head, rootHash: encodeBase64(new Uint8Array(32)) }))).toMatchObject({ failedStep: 'inclusion' })
  expect(await verify(await withHead({ ...head, extra: 1 }))).toMatchObject({ failedStep: 'inclusion' })
  const unsigned = await withHead(head, { ...testLogKey, sign: async () => new Uint8Array(64) })
  expect(await verify(unsigned)).toMatchObject({ failedStep: 'tree-head' })
})

const anchorFor = async (): Promise<ReceiptBundle> => {
  const bundle = await testBundle()
  return { ...bundle, anchor: { cluster: 'localnet', signature: '5'.repeat(88), memo: anchorMemo(headOf(bundle)) } }
}

test('the memo names the log, its size and its root', async () => {
  expect((await anchorFor()).anchor?.memo).toMatch(/^windfall:log\/1:[A-Za-z0-9_-]{8}:n=8:r=[A-Za-z0-9_-]{43}$/)
})

const lookUp = (memos: readonly string[] | null) => ({ anchor: async () => memos })

test('an anchor is looked up only when asked, and then it must be there', async () => {
  const bundle = await anchorFor()
  expect(await outcomeOf(bundle, 'anchor')).toMatchObject({ outcome: 'skipped', detail: expect.stringContaining('Not looked up') })
  expect(await outcomeOf(bundle, 'anchor', lookUp(['other', bundle.anchor?.memo ?? '']))).toMatchObject({ outcome: 'passed' })
  expect(await outcomeOf(bundle, 'anchor', lookUp(['other']))).toMatchObject({ outcome: 'failed' })
  expect(await outcomeOf(bundle, 'anchor', lookUp(null))).toMatchObject({ outcome: 'failed' })
  const foreign = { ...bundle, anchor: bundle.anchor && { ...bundle.anchor, memo: bundle.anchor.memo.replace(':n=8', ':n=9') } }
  expect(await verify(foreign)).toMatchObject({ failedStep: 'anchor' })
})

test('a node key on P-256 is as good, and a small-order key is refused before any signature', async () => {
  // RFC 7515 appendix A.3.
  const jwk = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' } as const
  const node = await createTestSigner(jwk, 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI')
  const bundle = await testBundle({ node, proofs: [testProof({ nodeId: node.keyId })] })
  expect(await verify(serializeBundle(bundle))).toMatchObject({ valid: true })
  const weak = { kty: 'OKP', crv: 'Ed25519', x: `AQ${'A'.repeat(41)}` } as const
  const gullible = { ...testCrypto, verify: async () => true }
  expect(await verify({ ...bundle, keys: [...bundle.keys.slice(0, 2), weak] }, { crypto: gullible })).toMatchObject({ failedStep: 'envelope' })
})

test('keys that are missing, repeated or belong to nothing are refused', async () => {
  const bundle = await testBundle()
  const [receiptKey, logKey, nodeKey] = bundle.keys
  if (!receiptKey || !logKey || !nodeKey) throw new Error('three keys')
  const stranger = { ...nodeKey, x: 'bQGGMyxBc8x33KKPVFR3Xf1FDHaPQJzZ6ABWqFQWYn4' } as const
  expect(await verify({ ...bundle, keys: [receiptKey, logKey] })).toMatchObject({ failedStep: 'proofs' })
  expect(await verify({ ...bundle, keys: [receiptKey, nodeKey] })).toMatchObject({ failedStep: 'tree-head' })
  expect(await verify({ ...bundle, keys: [logKey, nodeKey] })).toMatchObject({ failedStep: 'envelope' })
  expect(await verify({ ...bundle, keys: [...bundle.keys, nodeKey] })).toMatchObject({ failedStep: 'envelope' })
  expect(await verify({ ...bundle, keys: [...bundle.keys, stranger] })).toMatchObject({ failedStep: 'envelope' })
})

test('what cannot be judged after a failure is skipped, the rest is still judged', async () => {
  const { steps } = await verify(serializeBundle(await testBundle({ statement: changed({ jobId: 'job-2' }) })))
  const by = (outcome: string) => steps.filter((one) => one.outcome === outcome).map(({ step }) => step)
  expect(by('failed')).toEqual(['proofs'])
  expect(by('skipped')).toEqual(['chain', 'arithmetic', 'half-hours', 'anchor', 'plausibility'])
  expect(by('passed')).toEqual(['envelope', 'coordinator-key', 'rotations', 'inclusion', 'tree-head'])
})
