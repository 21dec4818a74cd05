import type { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import type { Envelope, PublicJwk } from '../../../shared/contract/wire.ts'
import { buildReceipt, type ReceiptFacts } from '../../../shared/domain/build-receipt.ts'
import { bundleOfParts, CarbonReceipt, RECEIPT_PAYLOAD_TYPE, type ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { signEnvelope } from '../../../shared/domain/dsse.ts'
import { encodeBase64, encodeUtf8 } from '../../../shared/domain/encoding.ts'
import { summaryOf } from '../../../shared/domain/receipt-summary.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Signer } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { appendToLog, inclusionIn, logSize, signHead } from './log.ts'
import { createReceiptsStore } from './receipts.store.ts'

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

/** Signs receipts and keeps their log. */
export function createReceiptIssuer({ receiptSigner, logSigner, clock, ids }: IssuerParts) {
  async function issue(tx: Tx, { nodeKeys, rotations, ...facts }: IssueInput): Promise<Issued> {
    const store = createReceiptsStore(tx)
    const at = clock.now()
    const { predicate, ...statement } = CarbonReceipt.parse(buildReceipt({ ...facts, receiptId: ids.next(), issuedAt: at }))
    const body = encodeUtf8(JSON.stringify({ ...statement, predicate }))
    const receipt = await signEnvelope(RECEIPT_PAYLOAD_TYPE, body, receiptSigner)
    const leafIndex = await logSize(store, logSigner)
    const head = await appendToLog(store, logSigner, { body, index: leafIndex, at })
    const parts = { proofs: facts.proofs.map(({ envelope }) => envelope), keys: distinct([receiptSigner.publicJwk, logSigner.publicJwk, ...nodeKeys]) }
    const summary = summaryOf(predicate, leafIndex)
    await store.addReceipt(summary, { envelope: receipt, ...parts, rotations })
    return {
      receiptId: predicate.receiptId,
      summary,
      isMeasured: predicate.intervals.every(({ origin, estimated }) => origin === 'live' && !estimated),
      bundle: bundleOfParts({ receipt, ...parts, inclusion: await inclusionIn(store, head, leafIndex), anchor: null }, rotations),
    }
  }

  return {
    /**
     * Builds, signs and logs the receipt of one job on one node, inside the caller's transaction.
     * What `intensityAt` throws passes through, and nothing is written. A second receipt for the same job and node is refused by the database.
     */
    issue,
    /** The newest signed tree head; one for the empty log if nothing was issued yet. */
    async currentTreeHead(db: Db | Tx): Promise<Envelope> {
      const newest = await createReceiptsStore(db).newestHead()
      if (newest) return newest.envelope
      const { envelope } = await signHead(logSigner, { treeSize: 0, rootHash: encodeBase64(await nodeVerifyPort.sha256(new Uint8Array())), at: clock.now() })
      return envelope
    },
  }
}

export type ReceiptIssuer = ReturnType<typeof createReceiptIssuer>
