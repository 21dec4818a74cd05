import type { ReceiptSummary } from '../../../shared/contract/receipt.ts'
import { bundleOfParts, type ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { encodeBase64 } from '../../../shared/domain/encoding.ts'
import { proveConsistency } from '../../../shared/domain/merkle-log.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createAnchorsStore } from './anchors.store.ts'
import { inclusionIn } from './log.ts'
import { createReceiptsStore } from './receipts.store.ts'

/**
 * The bundle of a receipt: in the log as it was anchored, or as it was when the receipt was issued while no anchor covers it.
 * Error: `not-found`.
 */
export async function bundleOf(db: Db | Tx, receiptId: string): Promise<ReceiptBundle> {
  const store = createReceiptsStore(db)
  const receipt = await store.receipt(receiptId)
  if (!receipt) throw new WindfallError('not-found', `There is no receipt ${receiptId}.`)
  const anchored = await createAnchorsStore(db).covering(receipt.leafIndex)
  const head = await store.head(anchored?.treeSize ?? receipt.leafIndex + 1)
  if (!head) throw new WindfallError('internal', `The log holds receipt ${receiptId} but not its tree head.`)
  const { envelope, proofs, keys, rotations, leafIndex } = receipt
  const parts = {
    receipt: envelope,
    proofs: [...proofs],
    keys: [...keys],
    inclusion: await inclusionIn(store, head, leafIndex),
    anchor: anchored?.anchor ?? null,
  }
  return bundleOfParts(parts, rotations)
}

/** One page of receipts, newest first. `next` is the `after` of the following page, `null` at the end. Error: `input.invalid`. */
export async function listReceipts(
  db: Db | Tx,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<{ items: ReceiptSummary[]; next: string | null }> {
  if (after !== null && !/^\d{1,15}$/.test(after)) throw new WindfallError('input.invalid', `“${after}” is not a page of receipts. Start without it.`)
  const found = await createReceiptsStore(db).summaries(after === null ? null : Number(after), limit + 1)
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? String(items.at(-1)?.leafIndex) : null }
}

/** RFC 9162 consistency proof between two sizes of the log, base64. Error: `input.invalid` unless 1 ≤ from ≤ to ≤ size. */
export async function consistencyProof(db: Db | Tx, from: number, to: number): Promise<string[]> {
  const store = createReceiptsStore(db)
  const size = (await store.newestHead())?.treeSize ?? 0
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 1 && from <= to && to <= size))
    throw new WindfallError('input.invalid', `The log holds ${size} receipts. Ask for two sizes from 1 to ${size}, the smaller one first.`)
  return (await proveConsistency(nodeVerifyPort.sha256, store.nodes, { from, to })).map(encodeBase64)
}
