/** The carbon receipt a coordinator signs, its log head and the bundle an auditor holds: `formats` version 1, and version 2 of the bundle. */
import { z } from 'zod'
import { Base64, Envelope, Id, IsoTime, KeyId, Origin, PublicJwk, Sha256Hex, SolanaSignature, Zone } from '../contract/wire.ts'
import { MeterMethod } from './energy-proof.ts'
import { MAX_ROTATIONS } from './rotation.ts'

export const RECEIPT_PAYLOAD_TYPE = 'application/vnd.in-toto+json'
export const TREE_HEAD_TYPE = 'application/vnd.windfall.tree-head.v1+json'
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const RECEIPT_PREDICATE_TYPE = 'urn:windfall:carbon-receipt:v1'
export const BUNDLE_TYPE = 'windfall.receipt-bundle/v1'
export const BUNDLE_TYPE_V2 = 'windfall.receipt-bundle/v2'

/** A job may be cut into as many runs, and they may all be on one node. */
export const MAX_PROOFS = 128
export const MAX_RECEIPT_INTERVALS = 2_000

const amount = z.number().min(0)

export const ReceiptInterval = z.strictObject({
  from: IsoTime,
  to: IsoTime,
  /** After the overhead factor. */
  joules: amount,
  gPerKWh: amount,
  kind: z.literal('average'),
  basis: z.enum(['direct', 'lifecycle']),
  source: z.string().max(120),
  issuedAt: IsoTime,
  estimated: z.boolean(),
  origin: Origin,
  bodySha256: Sha256Hex,
})
export type ReceiptInterval = z.infer<typeof ReceiptInterval>

export const ReceiptPredicate = z.strictObject({
  receiptId: Id,
  issuedAt: IsoTime,
  jobId: Id,
  nodeId: KeyId,
  zone: Zone,
  modelId: z.string().max(120).nullable(),
  proofs: z
    .array(z.strictObject({ proofId: Id, sha256: Sha256Hex }))
    .min(1)
    .max(MAX_PROOFS),
  overhead: z.strictObject({ factor: z.number().min(1), basis: z.string().max(200) }),
  intervals: z.array(ReceiptInterval).min(1).max(MAX_RECEIPT_INTERVALS),
  energyWh: amount,
  emissionsG: amount,
  baseline: z.strictObject({ policy: z.literal('start-at-arrival'), zone: Zone, emissionsG: amount }),
  /** baseline − emissions; negative when waiting made it worse. */
  attributedSavingG: z.number(),
  marginal: z.strictObject({ gPerKWh: z.number(), emissionsG: z.number(), source: z.string().max(120) }).nullable(),
  embodied: z.strictObject({ g: amount, low: amount, high: amount, source: z.string().max(200) }).nullable(),
  sci: z.strictObject({ value: amount, unit: z.literal('gCO2e'), r: z.enum(['gpu-hour', 'job']) }),
  uncertaintyPct: amount,
  method: MeterMethod,
  evidence: z.enum(['software', 'tpm']),
  solarJ: amount.nullable(),
})
export type ReceiptPredicate = z.infer<typeof ReceiptPredicate>

export const CarbonReceipt = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([
    z.strictObject({ name: z.literal('output'), digest: z.strictObject({ sha256: Sha256Hex }) }),
    z.strictObject({ name: z.literal('image'), digest: z.strictObject({ sha256: Sha256Hex }) }),
  ]),
  predicateType: z.literal(RECEIPT_PREDICATE_TYPE),
  predicate: ReceiptPredicate,
})
export type CarbonReceipt = z.infer<typeof CarbonReceipt>

export const TreeHead = z.strictObject({ logId: KeyId, treeSize: z.number().int().min(0), rootHash: Base64, at: IsoTime })
export type TreeHead = z.infer<typeof TreeHead>

export const Anchor = z.strictObject({ cluster: z.string().max(40), signature: SolanaSignature, memo: z.string().max(600) })
export type Anchor = z.infer<typeof Anchor>

/** Content of a `.wfreceipt` file: everything an auditor needs, without the network. */
const ReceiptBundleV1 = z.strictObject({
  bundle: z.literal(BUNDLE_TYPE),
  receipt: Envelope,
  proofs: z.array(Envelope).min(1).max(MAX_PROOFS),
  keys: z.array(PublicJwk).min(1).max(64),
  inclusion: z.strictObject({
    leafIndex: z.number().int().min(0),
    treeSize: z.number().int().min(1),
    hashes: z.array(Base64).max(64),
    treeHead: Envelope,
  }),
  anchor: Anchor.nullable(),
})

/** The same for a node that has replaced its key, with the statements that lead from the key it is named after to the one that signed. */
const ReceiptBundleV2 = z.strictObject({
  ...ReceiptBundleV1.shape,
  bundle: z.literal(BUNDLE_TYPE_V2),
  keys: z
    .array(PublicJwk)
    .min(1)
    .max(64 + MAX_ROTATIONS),
  /** Oldest first, from the first one on. */
  rotations: z.array(Envelope).min(1).max(MAX_ROTATIONS),
})

export const ReceiptBundle = z.discriminatedUnion('bundle', [ReceiptBundleV1, ReceiptBundleV2])
export type ReceiptBundle = z.infer<typeof ReceiptBundle>

/** The statements a bundle carries; none in version 1. */
export const rotationsOf = (bundle: ReceiptBundle): readonly Envelope[] => (bundle.bundle === BUNDLE_TYPE_V2 ? bundle.rotations : [])

type BundleParts = Omit<z.infer<typeof ReceiptBundleV1>, 'bundle'>

/** A bundle of the lowest version that can hold these parts, so that a file without key changes stays as it always was. */
export const bundleOfParts = ({ receipt, proofs, keys, inclusion, anchor }: BundleParts, rotations: readonly Envelope[]): ReceiptBundle =>
  rotations.length === 0
    ? { bundle: BUNDLE_TYPE, receipt, proofs, keys, inclusion, anchor }
    : { bundle: BUNDLE_TYPE_V2, receipt, proofs, keys, inclusion, anchor, rotations: [...rotations] }
