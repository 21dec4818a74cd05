import { laneAddress, readNonce } from '../../chain/lanes.ts'
import { transact } from '../persistence/database.ts'
import type { Attempt, Batch } from './batch.ts'
import type { PayoutDeps } from './deps.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { batchSize } from './plan.ts'

/** What names the transaction that opens a lane. */
const LANE_MEMO = 'windfall:lane/1:'
/** Attempts on block hashes that have to expire before a batch goes on a lane, where it does not. */
const PATIENCE = 2
/** What the first raise offers for a compute unit, micro-lamports; each further one offers twice as much. */
const FIRST_PRICE = 20_000n
const MOST_RAISES = 4

/** The nonce that a transaction lives by. */
export interface Lane {
  readonly address: string
  readonly nonce: string
  /** Micro-lamports offered for a compute unit. */
  readonly price: bigint
}

export const laneOfMemo = (memo: string): number => Number(memo.slice(LANE_MEMO.length))

/** Has lanes opened, as many as the operator wants; each is opened once. */
export const queueLanes = (deps: PayoutDeps): Promise<void> =>
  transact(deps.db, async (tx) => {
    const { clock, cluster, ids, settings } = deps
    for (let lane = 0; lane < settings.lanes; lane++) {
      const batch = { kind: 'lane', asset: 'lamports', memo: `${LANE_MEMO}${lane}`, cluster, rate: '', at: clock.now(), approvalsNeeded: 0 } as const
      await createPayoutsStore(tx).addBatch({ ...batch, id: ids.next() })
    }
  })

/** The value at which a lane stands for good; `null` if nobody knows. A value of a fork that dies would let two transactions land. */
async function finalNonce({ chain, wallet }: PayoutDeps, address: string): Promise<string | null> {
  const account = await chain.accountData(address, 'finalized')
  return account && readNonce(account, wallet.address)
}

/** Whether the nonce that an attempt lives by has moved on for good. Asked before its status. */
export async function hasMoved(deps: PayoutDeps, { lane, nonce }: Attempt): Promise<boolean> {
  const stands = lane === null ? null : await finalNonce(deps, lane)
  return stands !== null && stands !== nonce
}

/** A lane that no open batch uses, for one that has expired on block hashes and leaves room for the nonce; `null` without either. */
export async function freeLane(deps: PayoutDeps, batch: Batch, open: readonly Batch[]): Promise<Lane | null> {
  const wallets = new Set(batch.items.map(({ address }) => address)).size
  const isFull =
    wallets >=
    batchSize(
      batch.asset,
      batch.items.some(({ rentLamports }) => rentLamports > 0n),
    )
  if (batch.kind === 'lane' || batch.attempts < PATIENCE || isFull) return null
  const used = new Set(open.map(({ live }) => live?.lane))
  for (const memo of await createPayoutsStore(deps.db).laneMemos()) {
    const address = laneAddress(deps.wallet.address, laneOfMemo(memo))
    const nonce = used.has(address) ? null : await finalNonce(deps, address)
    if (nonce !== null) return { address, nonce, price: 0n }
  }
  return null
}

/** The same nonce for more; `null` when enough has been offered. */
export function raised({ live, rivals }: Batch): Lane | null {
  if (!live || live.lane === null || live.nonce === null || rivals.length >= MOST_RAISES) return null
  return { address: live.lane, nonce: live.nonce, price: FIRST_PRICE << BigInt(rivals.length) }
}
