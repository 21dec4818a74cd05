/** Receipts with real signatures for tests, over the WebCrypto that Node and browsers share. */
import type { Envelope, PublicJwk } from '../contract/wire.ts'
import { epochMs, fromIso, toIso } from '../units.ts'
import { buildReceipt, type GridValue } from './build-receipt.ts'
import { type Anchor, bundleOfParts, RECEIPT_PAYLOAD_TYPE, type ReceiptBundle, TREE_HEAD_TYPE } from './carbon-receipt.ts'
import { type EnvelopeSigner, signEnvelope } from './dsse.ts'
import { decodeBase64, encodeBase64, encodeHex, encodeUtf8 } from './encoding.ts'
import { type EnergyProof, energyProofType } from './energy-proof.ts'
import { splitAtHalfHours } from './half-hours.ts'
import { keyIdOf, type VerifyPort } from './keys.ts'
import { leafHash } from './merkle.ts'
import { appendLeaf, proveInclusion, rootHash } from './merkle-log.ts'
import { followRotation, type KeyHistory, signRotation, startHistory } from './rotation.ts'

type Algorithm = { readonly name: string; readonly namedCurve?: string; readonly hash?: string }
type SubtleKey = { readonly type: string }
declare const crypto: {
  readonly subtle: {
    readonly digest: (name: string, bytes: Uint8Array) => Promise<ArrayBuffer>
    readonly importKey: (format: 'jwk', jwk: object, algorithm: Algorithm, extractable: boolean, usages: readonly string[]) => Promise<SubtleKey>
    readonly sign: (algorithm: Algorithm, key: SubtleKey, bytes: Uint8Array) => Promise<ArrayBuffer>
    readonly verify: (algorithm: Algorithm, key: SubtleKey, signature: Uint8Array, bytes: Uint8Array) => Promise<boolean>
  }
}

const algorithmOf = (jwk: PublicJwk): Algorithm => (jwk.kty === 'OKP' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' })

export const testCrypto: VerifyPort = {
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)),
  verify: async (jwk, bytes, signature) => {
    const key = await crypto.subtle.importKey('jwk', jwk, algorithmOf(jwk), false, ['verify'])
    return crypto.subtle.verify(algorithmOf(jwk), key, signature, bytes)
  },
}

export interface TestSigner extends EnvelopeSigner {
  readonly publicJwk: PublicJwk
}

export async function createTestSigner(publicJwk: PublicJwk, d: string): Promise<TestSigner> {
  const key = await crypto.subtle.importKey('jwk', { ...publicJwk, d }, algorithmOf(publicJwk), false, ['sign'])
  return {
    keyId: await keyIdOf(publicJwk, testCrypto.sha256),
    publicJwk,
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign(algorithmOf(publicJwk), key, bytes)),
  }
}

// The first three key pairs of RFC 8032 §7.1.
const ed25519 = (x: string): PublicJwk => ({ kty: 'OKP', crv: 'Ed25519', x })
export const testNode = await createTestSigner(ed25519('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'), 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A')
export const testReceiptKey = await createTestSigner(ed25519('PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw'), 'TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs')
export const testLogKey = await createTestSigner(ed25519('_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU'), 'xaqN9D-fg3vtt0QvMdy3sWbThTUHbwlLhc46LgtEWPc')

// TEST 1024 and TEST SHA(abc) of the same section, and the P-256 key of RFC 7515 appendix A.3.
export const testNextKeys = [
  await createTestSigner(ed25519('J4EX_BRMcjQPZ9DyMW6Dhs7_vyskKMnFH-98WX8dQm4'), '9eV2fPFTMZUXYw8iaHa4bIFgzFg7wBN0TGvyVfXMDuU'),
  await createTestSigner(
    { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' },
    'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  ),
  await createTestSigner(ed25519('7Bcrk61eVjv0kyxw4SRQNMNUZ-8u_U1k6_gZaDRn4r8'), 'gz_mJAkje51i7HdYdSCRHpp1nOwdGXVbfakBuW3KPUI'),
] as const

/** What a node signs that replaces its key by each of `keys`, one after the other. */
export async function testRotations(keys: readonly TestSigner[], first: TestSigner = testNode): Promise<{ readonly statements: readonly Envelope[] }> {
  let history = settled(await startHistory({ nodeId: first.keyId, firstKey: first.publicJwk }, testCrypto))
  let outgoing = first
  const statements: Envelope[] = []
  for (const incoming of keys) {
    const statement = await signRotation(history, outgoing, { incoming, at: '2026-11-20T08:00:00.000Z' })
    history = settled(await followRotation(history, statement, testCrypto))
    statements.push(statement)
    outgoing = incoming
  }
  return { statements }
}

function settled(history: KeyHistory | string): KeyHistory {
  if (typeof history === 'string') throw new Error(history)
  return history
}

const hex = (digit: string): string => digit.repeat(64)
const START = fromIso('2026-11-21T13:50:00.000Z')
const SECONDS = 2_400

const IDENTITY = { v: 1, proofId: 'proof-1', nodeId: testNode.keyId, jobId: 'job-1', attemptId: 'attempt-1', leaseId: 'lease-1', seq: 1, prev: null } as const
const QUALITY = { samples: SECONDS, expectedSamples: SECONDS, maxGapMs: 1000, coverage: 1, resets: 0, wraps: 0, stuck: 0, crossCheckRatio: 1.01 }
const UNCERTAINTY = { uncertaintyPct: 5.2, uncertaintyBasis: 'sensor, edges', shared: false, sampleLogSha256: hex('b') }
const RAN = { runtime: { name: 'docker', image: `sha256:${hex('c')}` }, exitCode: 0, outputSha256: hex('d'), evidence: 'software' } as const

/** A GPU at 250 W for forty minutes, across a half-hour boundary. */
export function testProof(changes: Partial<EnergyProof> = {}): EnergyProof {
  const intervals = splitAtHalfHours(START, epochMs(START + SECONDS * 1000)).map(({ from, to }) => ({
    from: toIso(from),
    to: toIso(to),
    joules: (250 * (to - from)) / 1000,
    coverage: 1,
  }))
  const boardJ = intervals.reduce((sum, { joules }) => sum + joules, 0)
  return {
    ...IDENTITY,
    startedAt: toIso(START),
    endedAt: toIso(START + SECONDS * 1000),
    durationMs: SECONDS * 1000,
    sleepMs: 0,
    devices: [{ uuidHash: hex('a'), kind: 'gpu', vendor: 'NVIDIA', name: 'RTX 4080', driver: '595.10', powerLimitW: 320 }],
    method: 'counter',
    intervals,
    boardJ,
    marginalJ: boardJ * 0.9,
    idleW: 25,
    meanW: 250,
    peakW: 300,
    ...QUALITY,
    counterStart: 100,
    counterEnd: 100 + boardJ,
    ...UNCERTAINTY,
    ...RAN,
    ...changes,
  } as EnergyProof
}

export const testGrid = (gPerKWh: number): GridValue => ({
  gPerKWh,
  basis: 'direct',
  source: 'NESO',
  issuedAt: '2026-11-21T13:30:00.000Z',
  estimated: false,
  origin: 'recorded',
  bodySha256: hex('e'),
})

export const toBytes = (value: unknown): Uint8Array<ArrayBuffer> => encodeUtf8(JSON.stringify(value))

export interface TestBundleParts {
  readonly proofs?: readonly EnergyProof[]
  readonly node?: TestSigner
  /** Keys the node changed to; the last one signs the proofs. */
  readonly nextKeys?: readonly TestSigner[]
  /** Changes the statement before the coordinator signs it. */
  readonly statement?: (statement: ReturnType<typeof buildReceipt>) => object
  /** Receipts already in the log, and those that follow. */
  readonly before?: number
  readonly after?: number
  readonly anchor?: (head: Envelope) => Anchor
}

/** A whole bundle, signed by the test keys, that is valid unless a part says otherwise. */
export async function testBundle({
  proofs = [testProof()],
  node = testNode,
  nextKeys = [],
  statement = (same) => same,
  before = 5,
  after = 2,
  anchor,
}: TestBundleParts = {}): Promise<ReceiptBundle> {
  const signed = await Promise.all(
    proofs.map(async (proof) => ({
      proof,
      body: toBytes(proof),
      bodySha256: encodeHex(await testCrypto.sha256(toBytes(proof))),
      envelope: await signEnvelope(energyProofType(proof), toBytes(proof), nextKeys.at(-1) ?? node),
    })),
  )
  const facts = {
    receiptId: 'receipt-1',
    issuedAt: fromIso('2026-11-21T14:31:00.000Z'),
    image: `sha256:${hex('c')}`,
    outputSha256: hex('d'),
    proofs: signed,
    job: { jobId: 'job-1', submittedAt: '2026-11-21T09:10:00.000Z', modelId: null, zone: 'GB-13' },
    intensityAt: (from: number) => testGrid(from < fromIso('2026-11-21T14:00:00.000Z') ? 90 : 80),
    baseline: { zone: 'GB-13', intensityAt: () => testGrid(210) },
  }
  const receipt = await signEnvelope(RECEIPT_PAYLOAD_TYPE, toBytes(statement(buildReceipt(facts))), testReceiptKey)
  const inclusion = await testInclusion(receipt, before, before + 1 + after)
  const statements = nextKeys.length === 0 ? [] : (await testRotations(nextKeys, node)).statements
  const keys = [testReceiptKey, testLogKey, node, ...nextKeys].map(({ publicJwk }) => publicJwk)
  const parts = { receipt, proofs: signed.map(({ envelope }) => envelope), keys, inclusion, anchor: anchor ? anchor(inclusion.treeHead) : null }
  return bundleOfParts(parts, statements)
}

async function testInclusion(receipt: Envelope, leafIndex: number, treeSize: number): Promise<ReceiptBundle['inclusion']> {
  const { sha256 } = testCrypto
  const nodes = new Map<number, Uint8Array>()
  const read = async () => nodes
  for (let index = 0; index < treeSize; index++) {
    const body = index === leafIndex ? decodeBase64(receipt.payload) : encodeUtf8(`receipt ${index}`)
    const added = await appendLeaf(sha256, read, { index, hash: await leafHash(sha256, body ?? new Uint8Array()) })
    for (const { position, hash } of added) nodes.set(position, hash)
  }
  const head = { logId: testLogKey.keyId, treeSize, rootHash: encodeBase64(await rootHash(sha256, read, treeSize)), at: '2026-11-21T14:31:00.000Z' }
  const hashes = await proveInclusion(sha256, read, { index: leafIndex, size: treeSize })
  return { leafIndex, treeSize, hashes: hashes.map(encodeBase64), treeHead: await signEnvelope(TREE_HEAD_TYPE, toBytes(head), testLogKey) }
}
