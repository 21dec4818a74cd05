import { type Lamports, microUsd } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import type { PayAsset } from './assets.ts'
import type { Item } from './batch.ts'
import { createClaimsStore } from './claims.store.ts'
import type { PayoutDeps } from './deps.ts'
import { lookAt } from './hygiene.ts'
import { NOTHING } from './limits.ts'
import { amountsOf, announce } from './outcome.ts'
import { type DueWallet, type PayableNode, type PlanRules, type PlannedItem, dueWallets, minimumFor, planBatches } from './plan.ts'
import { balanceOf, budgetIn, feeNow, rentNow } from './purse.ts'
import { roomForDue } from './room.ts'
import { createRefusalsStore } from './refusals.store.ts'
import { type Rate, rateText } from './rate.ts'
import { USUAL_TERMS, createTermsStore } from './terms.store.ts'
import { writeBatch } from './write-plan.ts'

/** A refused address is looked at again after this long, milliseconds. */
const LOOK_AGAIN_MS = 3_600_000

/** Nodes that are paid in this asset by themselves, and are due as much as their owner waits for. */
async function candidatesIn(db: Db | Tx, deps: PayoutDeps, asset: PayAsset): Promise<PayableNode[]> {
  const refused = await createRefusalsStore(db).refusedAt(deps.clock.now())
  const terms = await createTermsStore(db).all()
  return (await deps.payableNodes(db)).filter(({ nodeId, address, confirmedMicroUsd, isChanging = false }) => {
    const { automatic, minimum, asset: wanted } = terms.get(nodeId) ?? USUAL_TERMS
    return wanted === asset && automatic && confirmedMicroUsd >= (minimum ?? 0n) && !refused.has(address) && !isChanging
  })
}

/** Leaves a wallet alone for a while, and tells the nodes that are paid to it, each once for each reason. */
const refuseWallet = (deps: PayoutDeps, { address, items }: DueWallet, reason: string): Promise<void> =>
  transact(deps.db, async (tx) => {
    const refusals = createRefusalsStore(tx)
    await refusals.refuse(address, reason, deps.clock.now() + LOOK_AGAIN_MS)
    for (const { nodeId } of items)
      if ((await refusals.tell(nodeId, address, reason)) === 'news') await deps.recordEvent(tx, nodeId, { kind: 'payout-refused', address, reason })
  })

/** Looks at every wallet that is due enough and refuses those that cannot be paid. */
async function judgeWallets(deps: PayoutDeps, due: readonly DueWallet[], asset: PayAsset): Promise<Map<string, { isNew: boolean }>> {
  const good = new Map<string, { isNew: boolean }>()
  for (const wallet of due) {
    const { address } = wallet
    const verdict = await lookAt(deps, address, asset)
    if (verdict.payable) {
      good.set(address, { isNew: verdict.isNew })
      await createRefusalsStore(deps.db).forget(address)
    } else {
      deps.events.refused(address, verdict.reason)
      await refuseWallet(deps, wallet, verdict.reason)
    }
  }
  return good
}

const toItem = (planned: PlannedItem, id: string): Item => ({ ...planned, id, feeMicroUsd: microUsd(0n), claimId: null, rate: null })

/** Moves what is due from the nodes' earnings into batches, all in one transaction. */
async function writePlan(
  tx: Tx,
  deps: PayoutDeps,
  { wallets, rules, balance }: { wallets: ReadonlyMap<string, { isNew: boolean }>; rules: Omit<PlanRules, 'budget' | 'room'>; balance: bigint },
) {
  const at = deps.clock.now()
  const { asset } = rules
  const rate = rateText(rules.rate, asset)
  const room = await roomForDue(tx, deps, rules.rate)
  const claimed = await createClaimsStore(tx).waitingAmount(asset)
  const left = (await budgetIn(tx, deps, { asset, balance })) - claimed
  const budget = left > 0n ? left : 0n
  for (const planned of planBatches(await candidatesIn(tx, deps, asset), wallets, { ...rules, budget, room })) {
    const items = planned.map((item) => toItem(item, deps.ids.next()))
    await writeBatch(tx, deps, { asset, rate, items })
    for (const item of items) await deps.books.planned(tx, amountsOf({ asset, item, at }))
    await announce(tx, deps, { batch: { asset, items, rate }, state: 'planned', signature: null })
  }
}

async function planIn(deps: PayoutDeps, asset: PayAsset, rate: Rate): Promise<void> {
  const { settings } = deps
  const candidates = await candidatesIn(deps.db, deps, asset)
  if (candidates.length === 0) return
  const atLeast = (fee: Lamports, rentMinimum: Lamports) => ({ asset, rate, threshold: settings.threshold, fee, rentMinimum })
  const worthwhile = dueWallets(candidates, { asset, rate }).filter(({ total }) => total >= minimumFor(false, atLeast(NOTHING, NOTHING)))
  if (worthwhile.length === 0) return
  const fee = await feeNow(deps)
  if (fee === null) return
  const rules = atLeast(fee, await rentNow(deps, asset))
  const due = worthwhile.filter(({ total }) => total >= minimumFor(false, rules))
  if (due.length === 0) return
  const wallets = await judgeWallets(deps, due, asset)
  const balance = await balanceOf(deps, asset)
  await transact(deps.db, (tx) => writePlan(tx, deps, { wallets, rules, balance }))
}

/** Plans payouts for everybody who is due, as far as the limits allow. */
export async function planDue(deps: PayoutDeps): Promise<void> {
  const rate = await deps.rate()
  await planIn(deps, 'lamports', rate)
  if (deps.usdc) await planIn(deps, 'micro-usdc', rate)
}
