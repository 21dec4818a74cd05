import { type Lamports, lamports } from '../../../shared/units.ts'
import { memoInstruction } from '../../chain/instructions.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import type { PayoutDeps } from './deps.ts'
import { judgeWallet } from './hygiene.ts'
import { budgetOf } from './limits.ts'
import { announce } from './outcome.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { type DueWallet, type PayableNode, type PlanRules, batchMemo, dueWallets, minimumFor, planBatches } from './plan.ts'
import { createRefusalsStore } from './refusals.store.ts'
import { type Rate, rateText } from './rate.ts'

const HOUR_MS = 3_600_000
/** A refused address is looked at again after this long, milliseconds. */
const LOOK_AGAIN_MS = HOUR_MS

const candidatesIn = async (db: Db | Tx, deps: PayoutDeps): Promise<PayableNode[]> => {
  const refused = await createRefusalsStore(db).refusedAt(deps.clock.now())
  return (await deps.payableNodes(db)).filter((node) => !refused.has(node.address))
}

/** Fee of one transaction with one signature, as the cluster charges it today. */
async function feeNow({ chain, wallet }: PayoutDeps): Promise<Lamports | null> {
  const { blockhash } = await chain.latestBlockhash()
  return chain.fee(chain.compile(wallet.address, [memoInstruction('fee', wallet.address)], blockhash))
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
async function judgeWallets(deps: PayoutDeps, due: readonly DueWallet[]): Promise<Map<string, { isNew: boolean }>> {
  const { chain, db, events } = deps
  const good = new Map<string, { isNew: boolean }>()
  for (const wallet of due) {
    const { address } = wallet
    const isOnCurve = chain.isOnCurve(address)
    const verdict = judgeWallet(address, { isOnCurve, account: isOnCurve ? await chain.account(address) : null })
    if (verdict.payable) {
      good.set(address, { isNew: verdict.isNew })
      await createRefusalsStore(db).forget(address)
    } else {
      events.refused(address, verdict.reason)
      await refuseWallet(deps, wallet, verdict.reason)
    }
  }
  return good
}

async function budgetIn(tx: Tx, deps: PayoutDeps, balance: Lamports): Promise<Lamports> {
  const store = createPayoutsStore(tx)
  const plannedLastHour = await store.plannedSince(deps.clock.now() - HOUR_MS)
  return budgetOf({ balance, treasury: await deps.books.treasury(tx), inFlight: await store.inFlight(), plannedLastHour }, deps.settings)
}

/** Moves what is due from the nodes' earnings into batches, all in one transaction. */
async function writePlan(
  tx: Tx,
  deps: PayoutDeps,
  { wallets, rules, balance }: { wallets: ReadonlyMap<string, { isNew: boolean }>; rules: Omit<PlanRules, 'budget'>; balance: Lamports },
) {
  const at = deps.clock.now()
  const rate = rateText(rules.rate)
  const planned = planBatches(await candidatesIn(tx, deps), wallets, { ...rules, budget: await budgetIn(tx, deps, balance) })
  const batches = planned.map((batch) => batch.map((item) => ({ ...item, id: deps.ids.next() })).toSorted((a, b) => (a.id < b.id ? -1 : 1)))
  for (const items of batches) {
    const id = deps.ids.next()
    await createPayoutsStore(tx).addBatch({ id, kind: 'payout', memo: batchMemo(items), cluster: deps.cluster, rate, at, items })
    for (const item of items) await deps.books.planned(tx, { payoutId: item.id, nodeId: item.nodeId, microUsd: item.microUsd, lamports: item.lamports, at })
    await announce(tx, deps, { batch: { items, rate }, state: 'planned', signature: null })
    deps.events.planned(
      id,
      items.length,
      items.reduce((sum, item) => sum + item.lamports, 0n),
    )
  }
}

/** Plans payouts for everybody who is due, as far as the limits allow. */
export async function planDue(deps: PayoutDeps): Promise<void> {
  const { chain, wallet, settings } = deps
  const candidates = await candidatesIn(deps.db, deps)
  if (candidates.length === 0) return
  const rate: Rate = await deps.rate()
  const worthwhile = dueWallets(candidates, rate).filter(({ total }) => total >= settings.threshold)
  if (worthwhile.length === 0) return
  const fee = await feeNow(deps)
  if (fee === null) return
  const rules = { rate, threshold: settings.threshold, fee, rentMinimum: await chain.minRent(0) }
  const due = worthwhile.filter(({ total }) => total >= minimumFor(false, rules))
  if (due.length === 0) return
  const wallets = await judgeWallets(deps, due)
  const balance = lamports((await chain.account(wallet.address))?.lamports ?? 0n)
  await transact(deps.db, (tx) => writePlan(tx, deps, { wallets, rules, balance }))
}
