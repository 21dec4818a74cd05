import { anchorMemo } from '../../../shared/domain/anchor-memo.ts'
import type { Anchor } from '../../../shared/domain/carbon-receipt.ts'
import type { EpochMs } from '../../../shared/units.ts'
import type { Tx } from '../persistence/database.ts'
import { createAnchorsStore, type PlannedAnchor } from './anchors.store.ts'
import { createLogStore } from './log.store.ts'

export interface AnchorState {
  readonly now: number
  /** Length of an epoch, milliseconds. */
  readonly everyMs: number
  readonly treeSize: number
  readonly last: Pick<PlannedAnchor, 'treeSize' | 'plannedAt'> | null
}

/** True if the log has grown since the last anchor and that one belongs to an earlier epoch. The first is due at once. */
export const isAnchorDue = ({ now, everyMs, treeSize, last }: AnchorState): boolean =>
  treeSize > (last?.treeSize ?? 0) && (last === null || Math.floor(now / everyMs) > Math.floor(last.plannedAt / everyMs))

/**
 * The memo to put on chain now, or `null`. A memo once planned is returned again until {@link recordAnchor} has seen it final,
 * so a crash between planning and sending neither loses an anchor nor makes a second one.
 */
export async function dueAnchor(
  tx: Tx,
  { now, everyMs }: { readonly now: EpochMs; readonly everyMs: number },
): Promise<{ readonly treeSize: number; readonly memo: string } | null> {
  const anchors = createAnchorsStore(tx)
  const last = await anchors.newest()
  if (last && !last.done) return { treeSize: last.treeSize, memo: last.memo }
  const head = await createLogStore(tx).newestHead()
  if (!head || !isAnchorDue({ now, everyMs, treeSize: head.treeSize, last })) return null
  const planned = { treeSize: head.treeSize, memo: anchorMemo(head) }
  await anchors.plan({ ...planned, plannedAt: now })
  return planned
}

/** Notes that the memo is final on chain; from then on bundles of the receipts it covers carry it. The first transaction counts. */
export const recordAnchor = async (tx: Tx, { at, ...anchor }: Anchor & { readonly at: EpochMs }): Promise<'recorded' | 'duplicate'> =>
  (await createAnchorsStore(tx).complete(anchor, at)) ? 'recorded' : 'duplicate'
