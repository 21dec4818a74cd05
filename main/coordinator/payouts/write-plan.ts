import { type MicroUsd, microUsd } from '../../../shared/units.ts'
import type { Tx } from '../persistence/database.ts'
import type { PayAsset } from './assets.ts'
import type { Item } from './batch.ts'
import type { PayoutDeps } from './deps.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { batchMemo } from './plan.ts'

const APPROVERS = 2

/** How many operators have to approve payouts that are worth this much together. */
const approvalsFor = (worth: MicroUsd, { approvalAbove }: PayoutDeps['settings']): number => (approvalAbove !== null && worth > approvalAbove ? APPROVERS : 0)

const byId = (a: Item, b: Item): number => (a.id < b.id ? -1 : 1)

interface Planned {
  readonly asset: PayAsset
  readonly rate: string
  readonly items: readonly Item[]
}

/** Writes a batch of new payouts down, in the transaction in which their money moves. Returns its id. */
export async function writeBatch(tx: Tx, deps: PayoutDeps, planned: Planned): Promise<string> {
  const id = await announceBatch(tx, deps, planned)
  await createPayoutsStore(tx).addItems(id, planned.items)
  return id
}

/** Takes payouts out of a batch that has failed for good, into one of their own. */
export async function moveToNewBatch(tx: Tx, deps: PayoutDeps, planned: Planned): Promise<void> {
  const id = await announceBatch(tx, deps, planned)
  await createPayoutsStore(tx).moveItems(id, planned.items)
}

async function announceBatch(tx: Tx, deps: PayoutDeps, { asset, rate, items }: Planned): Promise<string> {
  const sorted = items.toSorted(byId)
  const id = deps.ids.next()
  const approvalsNeeded = approvalsFor(microUsd(sorted.reduce((sum, item) => sum + item.microUsd, 0n)), deps.settings)
  const batch = { id, kind: 'payout', asset, memo: batchMemo(sorted), cluster: deps.cluster, rate, at: deps.clock.now(), approvalsNeeded } as const
  await createPayoutsStore(tx).addBatch(batch)
  if (approvalsNeeded > 0) await deps.decide(tx, 'payout.held', { batchId: id, approvalsNeeded })
  const total = sorted.reduce((sum, item) => sum + item.amount, 0n)
  deps.events.planned(id, sorted.length, total, asset)
  return id
}
