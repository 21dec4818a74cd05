import { fromBase58 } from '../../../shared/domain/base58.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Tx } from '../persistence/database.ts'
import { type Node, createNodesStore } from './nodes.store.ts'

/** Error: `input.invalid`. */
export function checkAddress(address: string): void {
  if (fromBase58(address).length !== 32) throw new WindfallError('input.invalid', `${address} is not a Solana address. Check that it was copied completely.`)
}

/** Where a node is paid from now on; every change is kept. */
export async function payTo(
  { clock, decide }: { readonly clock: Pick<Clock, 'now'>; readonly decide: (tx: Tx, kind: string, body: object) => Promise<void> },
  tx: Tx,
  { node: { nodeId, payoutAddress: before }, address }: { readonly node: Pick<Node, 'nodeId' | 'payoutAddress'>; readonly address: string },
): Promise<void> {
  if (address === before) return
  await createNodesStore(tx).setPayoutAddress(nodeId, address, clock.now())
  await decide(tx, 'node.payout-address', { nodeId, address, before })
}
