import { lamports, microUsd } from '../../../shared/units.ts'
import { type Tx, transact } from '../persistence/database.ts'
import type { Attempt, Batch, Item } from './batch.ts'
import type { PayAsset } from './assets.ts'
import type { PayoutDeps } from './deps.ts'
import { itemOf } from './claims.ts'
import { type Claim, createClaimsStore } from './claims.store.ts'
import { amountsOf, announce, giveBack, recordExpired, recordFinalized } from './outcome.ts'
import { createPayoutsStore } from './payouts.store.ts'
import type { Landed, Shared } from './rebuild-plan.ts'
import { type Rate, rateText } from './rate.ts'

const attemptOf = (deps: PayoutDeps, { signature, fee }: Landed, n: number): Attempt => ({
  id: deps.ids.next(),
  n,
  signature,
  // The bytes are the chain's: it is final, so nobody sends them again.
  raw: '',
  lastValidBlockHeight: 0,
  signedSlot: 0,
  fee: lamports(fee),
  lane: null,
  nonce: null,
  state: 'signed',
})

/** Books a payment to the payouts of the batch that it was made for. */
export async function bookBatch(deps: PayoutDeps, landed: Landed, batch: Batch): Promise<void> {
  if (batch.live) await recordExpired(deps, { batch, attempt: batch.live })
  const attempt = attemptOf(deps, landed, batch.attempts + 1)
  const isMine = await transact(deps.db, async (tx) => {
    const store = createPayoutsStore(tx)
    if (!(await store.moveBatch({ id: batch.id, from: 'planned', to: 'signed', at: deps.clock.now() }))) return false
    await store.addAttempt(batch.id, attempt, deps.clock.now())
    return true
  })
  if (isMine) await recordFinalized(deps, { batch: { ...batch, state: 'signed' }, attempt })
}

interface Pledged {
  readonly batches: readonly Batch[]
  readonly claims: readonly Claim[]
}

/** What these books still mean to pay to the recipients of a payment that they do not know: it was planned otherwise after this copy of them was made. */
export async function pledgedTo({ db }: PayoutDeps, { paid }: Landed, open: readonly Batch[]): Promise<Pledged> {
  return {
    batches: open.filter(({ items }) => items.some(({ address }) => paid.has(address))),
    claims: (await createClaimsStore(db).waiting()).filter(({ quote }) => paid.has(quote.address)),
  }
}

/** Gives it back to its nodes: paying it as well would pay them twice. */
export const takeBack = (deps: PayoutDeps, { batches, claims }: Pledged): Promise<void> =>
  transact(deps.db, async (tx) => {
    const at = deps.clock.now()
    const reason = 'The chain shows that it was paid otherwise; these books are an older copy.'
    for (const batch of batches)
      if (await createPayoutsStore(tx).moveBatch({ id: batch.id, from: 'planned', to: 'failed', at, failure: reason }))
        await giveBack(tx, deps, { batch, reason, signature: null })
    for (const claim of claims)
      if (await createClaimsStore(tx).endWaiting(claim.id, { at, failure: reason }))
        await giveBack(tx, deps, { batch: { asset: claim.quote.asset, rate: claim.quote.rate, items: [itemOf(claim)] }, reason, signature: null })
  })

async function bookCosts(tx: Tx, deps: PayoutDeps, { signature, fee, rent }: Landed): Promise<void> {
  const at = deps.clock.now()
  await deps.books.chainFee(tx, { signature, lamports: lamports(fee), at })
  if (rent > 0n) await deps.books.accountRent(tx, { signature, lamports: lamports(rent), at })
}

/** The rate of a rebuild in words, at most 120 letters, labelled as what it is wherever it is shown. */
export const rebuiltRate = (rate: Rate, asset: PayAsset): string => `${rateText(rate, asset).slice(0, 84)}, of the rebuild, not of its time`

/** Books a payment of which there is no batch to the nodes it went to; what they had not earned is a loss. */
export async function bookShares(deps: PayoutDeps, landed: Landed, { shared, rate }: { readonly shared: Shared; readonly rate: Rate }): Promise<void> {
  const { asset, signature } = landed
  const at = deps.clock.now()
  const none = { feeMicroUsd: microUsd(0n), rentMicroUsd: microUsd(0n), rentLamports: lamports(0n), claimId: null, rate: null }
  const items: Item[] = shared.shares.map((share) => ({ ...share, ...none, id: deps.ids.next() }))
  const text = rebuiltRate(rate, asset)
  await transact(deps.db, async (tx) => {
    const store = createPayoutsStore(tx)
    const id = deps.ids.next()
    const memo = `${landed.memo ?? ''} ${signature}`
    await store.addBatch({ id, kind: 'payout', asset, memo, cluster: deps.cluster, rate: text, at, approvalsNeeded: 0 })
    if (items.length > 0) await store.addItems(id, items)
    const attempt = attemptOf(deps, landed, 1)
    await store.addAttempt(id, attempt, at)
    await store.moveAttempt(attempt.id, 'signed', 'finalized')
    await store.moveBatch({ id, from: 'planned', to: 'finalized', at })
    await bookCosts(tx, deps, landed)
    for (const item of items) {
      await deps.books.planned(tx, amountsOf({ asset, item, at }))
      await deps.books.finalized(tx, amountsOf({ asset, item, at }))
    }
    if (shared.excess > 0n) await deps.books.loss(tx, lossOf(landed, shared.excess, at))
    await announce(tx, deps, { batch: { asset, items, rate: text }, state: 'finalized', signature })
  })
}

const lossOf = ({ asset, signature }: Landed, amount: bigint, at: number) => ({
  signature,
  lamports: lamports(asset === 'lamports' ? amount : 0n),
  microUsdc: asset === 'micro-usdc' ? amount : 0n,
  at,
})

/** Books the fee of a transaction that did nothing else. */
export const bookFee = (deps: PayoutDeps, landed: Landed): Promise<void> => transact(deps.db, (tx) => bookCosts(tx, deps, landed))

const above0 = (amount: bigint): bigint => (amount > 0n ? amount : 0n)

/** Books what nobody can explain as lost, because the operator says so, and what it brought in exchange. */
export const writeOff = (deps: PayoutDeps, { signature, gain }: Landed): Promise<void> =>
  transact(deps.db, async (tx) => {
    const at = deps.clock.now()
    const brought = { lamports: lamports(above0(gain.lamports)), microUsdc: above0(gain.microUsdc) }
    await deps.books.loss(tx, { signature, lamports: lamports(above0(-gain.lamports)), microUsdc: above0(-gain.microUsdc), at })
    if (brought.lamports + brought.microUsdc > 0n) await deps.books.treasuryDeposit(tx, { signature, ...brought, at })
  })
