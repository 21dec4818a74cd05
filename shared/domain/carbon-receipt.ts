/** The carbon receipt a coordinator signs, its log head and the bundle an auditor holds: `formats` version 1. */
import { z } from 'zod'
import { Base64, Envelope, Id, IsoTime, KeyId, Origin, PublicJwk, Sha256Hex, SolanaSignature, Zone } from '../contract/wire.ts'
import { MeterMethod } from './energy-proof.ts'

export const RECEIPT_PAYLOAD_TYPE = 'application/vnd.in-toto+json'
export const TREE_HEAD_TYPE = 'application/vnd.windfall.tree-head.v1+json'
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const RECEIPT_PREDICATE_TYPE = 'urn:windfall:carbon-receipt:v1'
export const BUNDLE_TYPE = 'windfall.receipt-bundle/v1'

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
    .max(64),
  overhead: z.strictObject({ factor: z.number().min(1), basis: z.string().max(200) }),
  intervals: z.array(ReceiptInterval).min(1).max(2_000),
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
export const ReceiptBundle = z.strictObject({
  bundle: z.literal(BUNDLE_TYPE),
  receipt: Envelope,
  proofs: z.array(Envelope).min(1).max(64),
  keys: z.array(PublicJwk).min(1).max(64),
  inclusion: z.strictObject({
    leafIndex: z.number().int().min(0),
    treeSize: z.number().int().min(1),
    hashes: z.array(Base64).max(64),
    treeHead: Envelope,
  }),
  anchor: Anchor.nullable(),
})
export type ReceiptBundle = z.infer<typeof ReceiptBundle>
