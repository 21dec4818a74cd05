import { bundleOfParts, type ReceiptBundle } from '../../../shared/domain/carbon-receipt.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Db, Tx } from '../persistence/database.ts'
import { createAnchorsStore } from './anchors.store.ts'
import { inclusionIn } from './log.ts'
import { createLogStore } from './log.store.ts'
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
  const log = createLogStore(db)
  const head = anchored ? await log.head(anchored.treeSize) : await log.headOver(receipt.leafIndex)
  if (!head) throw new WindfallError('internal', `The log holds receipt ${receiptId} but not its tree head.`)
  const { envelope, proofs, keys, rotations, leafIndex } = receipt
  const parts = {
    receipt: envelope,
    proofs: [...proofs],
    keys: [...keys],
    inclusion: await inclusionIn(log.nodes, head, leafIndex),
    anchor: anchored?.anchor ?? null,
  }
  return bundleOfParts(parts, rotations)
}
