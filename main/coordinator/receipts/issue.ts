import type { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { buildReceipt, type ReceiptFacts } from '../../../shared/domain/build-receipt.ts'
import { bundleOfParts, CarbonReceipt, RECEIPT_PAYLOAD_TYPE, type ReceiptBundle, type ReceiptPredicate } from '../../../shared/domain/carbon-receipt.ts'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { nodesOf, trimEnd } from '../../../shared/domain/log-end.ts'
import { summaryOf } from '../../../shared/domain/receipt-summary.ts'
import type { EpochMs } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Signer } from '../../kernel/signing.ts'
import type { Tx } from '../persistence/database.ts'
import { type Appended, type KnownEnd, appendToLog, inclusionIn } from './log.ts'
import { createLogStore } from './log.store.ts'
import { type NewReceipt, createReceiptsStore } from './receipts.store.ts'

export interface IssuerParts {
  readonly receiptSigner: Signer
  readonly logSigner: Signer
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Ids
}

export interface IssueInput extends Omit<ReceiptFacts, 'receiptId' | 'issuedAt' | 'proofs'> {
  /** Verified proofs of one node, in the order of its chain. */
  readonly proofs: readonly (ReceiptFacts['proofs'][number] & { readonly envelope: Envelope })[]
  /** Every key of the node up to the one that signed the proofs, oldest first. */
  readonly nodeKeys: readonly PublicJwk[]
  /** The statements that lead from the first of them to the last. */
  readonly rotations: readonly Envelope[]
}

export interface Issued {
  readonly receiptId: string
  readonly bundle: ReceiptBundle
  readonly summary: ReceiptSummary
  /** Whether every grid figure was measured, there and then: none recorded, modelled or estimated. */
  readonly isMeasured: boolean
}

const distinct = (keys: readonly PublicJwk[]): PublicJwk[] => [...new Map(keys.map((key) => [key.x, key])).values()]

/** A receipt that is signed and not yet in the log. */
interface Signed {
  readonly parts: Omit<NewReceipt, 'summary'>
  readonly body: Uint8Array
  readonly predicate: ReceiptPredicate
}

async function signReceipt({ receiptSigner, logSigner, ids }: IssuerParts, at: EpochMs, { nodeKeys, rotations, ...facts }: IssueInput): Promise<Signed> {
  const { predicate, ...statement } = CarbonReceipt.parse(buildReceipt({ ...facts, receiptId: ids.next(), issuedAt: at }))
  const body = encodeUtf8(JSON.stringify({ ...statement, predicate }))
  const envelope = await signEnvelope(RECEIPT_PAYLOAD_TYPE, body, receiptSigner)
  const proofs = facts.proofs.map((proof) => proof.envelope)
  const keys = distinct([receiptSigner.publicJwk, logSigner.publicJwk, ...nodeKeys])
  return { body, predicate, parts: { envelope, proofs, keys, rotations } }
}

async function issuedOf({ predicate, parts }: Signed, leafIndex: number, { head, end }: Appended): Promise<Issued> {
  const inclusion = await inclusionIn(nodesOf(end), head, leafIndex)
  return {
    receiptId: predicate.receiptId,
    summary: summaryOf(predicate, leafIndex),
    isMeasured: predicate.intervals.every(({ origin, estimated }) => origin === 'live' && !estimated),
    bundle: bundleOfParts({ receipt: parts.envelope, proofs: [...parts.proofs], keys: [...parts.keys], inclusion, anchor: null }, parts.rotations),
  }
}

/** Signs receipts and keeps their log. */
export function createReceiptIssuer(parts: IssuerParts) {
  let known: KnownEnd | null = null
  return {
    /**
     * Builds, signs and logs receipts, each of one job on one node, inside the caller's transaction and under one new tree head.
     * What `intensityAt` throws passes through, and nothing is written. A second receipt for the same job and node is refused by the database.
     */
    async issue(tx: Tx, orders: readonly IssueInput[]): Promise<Issued[]> {
      if (orders.length === 0) return []
      const at = parts.clock.now()
      const signed = await Promise.all(orders.map((order) => signReceipt(parts, at, order)))
      const appended = await appendToLog(createLogStore(tx), parts.logSigner, { bodies: signed.map(({ body }) => body), known, at })
      const issued = await Promise.all(signed.map((one, offset) => issuedOf(one, appended.firstIndex + offset, appended)))
      await createReceiptsStore(tx).addReceipts(
        signed.map((one, offset) => ({ ...one.parts, summary: summaryOf(one.predicate, appended.firstIndex + offset) })),
      )
      known = { rootHash: appended.head.rootHash, end: trimEnd(appended.end) }
      return issued
    },
  }
}

export type ReceiptIssuer = ReturnType<typeof createReceiptIssuer>
