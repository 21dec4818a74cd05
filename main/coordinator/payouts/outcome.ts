import { decodeTransaction } from '../../../shared/domain/solana-transaction.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Lamports, lamports, microUsd } from '../../../shared/units.ts'
import { blameOf } from '../../chain/blame.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { type PayAsset, wireAsset } from './assets.ts'
import type { Attempt, AttemptState, Batch, BatchState, Item } from './batch.ts'
import type { PayoutAmounts, PayoutDeps, PayoutFact } from './deps.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { createRefusalsStore } from './refusals.store.ts'
import { NO_HASH, blamedRecipient, expectedOf } from './transfer.ts'
import { moveToNewBatch } from './write-plan.ts'

/** How long an address that failed is left alone, milliseconds. */
const REFUSAL_MS = 3_600_000

type Announced = Extract<PayoutFact, { kind: 'payout' }>['state']

/** A payout as the books have it. */
export const amountsOf = ({ asset, item, at }: { readonly asset: PayAsset; readonly item: Item; readonly at: number }): PayoutAmounts => ({
  payoutId: item.id,
  nodeId: item.nodeId,
  microUsd: item.microUsd,
  lamports: lamports(asset === 'lamports' ? item.amount : 0n),
  microUsdc: asset === 'micro-usdc' ? item.amount : 0n,
  charged: microUsd(item.feeMicroUsd + item.rentMicroUsd),
  at,
})

/** What agents of every version understand of a payout in SOL, and what there is to say beyond. */
const factOf = (asset: PayAsset, item: Item) => ({
  lamports: asset === 'lamports' ? item.amount.toString() : '0',
  ...(asset === 'lamports' ? {} : { asset: wireAsset(asset), microUsdc: item.amount.toString() }),
  ...(item.feeMicroUsd === 0n ? {} : { feeMicroUsd: item.feeMicroUsd.toString() }),
  ...(item.rentMicroUsd === 0n ? {} : { rentMicroUsd: item.rentMicroUsd.toString() }),
  ...(item.claimId === null ? {} : { claimId: item.claimId }),
})

/** Tells the node of every item where its money is. */
export async function announce(
  tx: Tx,
  deps: PayoutDeps,
  { batch, state, signature }: { batch: Pick<Batch, 'asset' | 'items' | 'rate'>; state: Announced; signature: string | null },
): Promise<void> {
  for (const item of batch.items) {
    await deps.recordEvent(tx, item.nodeId, {
      kind: 'payout',
      payoutId: item.id,
      state,
      microUsd: item.microUsd.toString(),
      signature,
      address: item.address,
      rate: item.rate ?? batch.rate,
      cluster: deps.cluster,
      ...factOf(batch.asset, item),
    })
  }
}

interface Tracked {
  readonly batch: Batch
  readonly attempt: Attempt
}

interface Move {
  readonly attempt: AttemptState
  readonly batch: BatchState
  readonly failure?: string
}

/** Moves an attempt and its batch together. False if somebody else has moved the attempt since it was read. */
async function move(tx: Tx, deps: PayoutDeps, { batch, attempt, to }: Tracked & { to: Move }): Promise<boolean> {
  const store = createPayoutsStore(tx)
  if (!(await store.moveAttempt(attempt.id, attempt.state, to.attempt))) return false
  // One of all attempts on a nonce has landed, or none ever will.
  if (to.attempt !== 'sent' && to.attempt !== 'confirmed')
    for (const other of [...(batch.live ? [batch.live] : []), ...batch.rivals])
      if (other.id !== attempt.id) await store.moveAttempt(other.id, other.state, 'expired')
  if (await store.moveBatch({ id: batch.id, from: batch.state, to: to.batch, at: deps.clock.now(), failure: to.failure ?? null })) return true
  throw new WindfallError('internal', `Payout batch ${batch.id} is not where its transaction ${attempt.signature} is. Nothing was changed.`)
}

/** The cluster took it, or has confirmed it: not final, nothing booked. */
export const recordProgress = (deps: PayoutDeps, tracked: Tracked, to: 'sent' | 'confirmed'): Promise<void> =>
  transact(deps.db, async (tx) => {
    if (!(await move(tx, deps, { ...tracked, to: { attempt: to, batch: to } }))) return
    await announce(tx, deps, { batch: tracked.batch, state: to, signature: tracked.attempt.signature })
  })

/** Proven dead: the batch may be signed anew. */
export const recordExpired = (deps: PayoutDeps, tracked: Tracked): Promise<void> =>
  transact(deps.db, async (tx) => {
    if (!(await move(tx, deps, { ...tracked, to: { attempt: 'expired', batch: 'planned' } }))) return
    await announce(tx, deps, { batch: tracked.batch, state: 'planned', signature: null })
  })

/** What a batch paid for accounts it opened, by the wallet each is for or as the lane itself; of a batch that opens none nobody asks the chain. */
async function rentsPaid(deps: PayoutDeps, { batch, attempt }: Tracked): Promise<ReadonlyMap<string, Lamports>> {
  const { token, opens } = expectedOf(deps, batch, NO_HASH)
  if (opens === undefined && (!token || token.opened.length === 0)) return new Map()
  const landed = await deps.chain.transaction(attempt.signature)
  if (!landed)
    throw new WindfallError('chain.unavailable', `The Solana endpoint cannot show the final transaction ${attempt.signature} yet. Windfall asks again.`)
  const paidFor = (account: string): Lamports => lamports(landed.changes.get(account) ?? 0n)
  if (opens !== undefined) return new Map([[opens, paidFor(opens)]])
  return new Map((token?.opened ?? []).map((owner) => [owner, paidFor(token?.accountOf(owner) ?? '')]))
}

/** Who was charged for an account that was there after all has that back. */
async function bookRents(tx: Tx, deps: PayoutDeps, { batch, attempt, rents }: Tracked & { rents: ReadonlyMap<string, Lamports> }): Promise<void> {
  const at = deps.clock.now()
  const spent = [...rents.values()].reduce((sum, rent) => sum + rent, 0n)
  if (spent > 0n) await deps.books.accountRent(tx, { signature: attempt.signature, lamports: lamports(spent), at })
  for (const { id, nodeId, address, rentMicroUsd } of batch.items)
    if (rentMicroUsd > 0n && rents.get(address) === 0n) await deps.books.rentReturned(tx, { payoutId: id, nodeId, microUsd: rentMicroUsd, at })
}

/** Final and good: money and fact move together. */
export async function recordFinalized(deps: PayoutDeps, tracked: Tracked): Promise<void> {
  const { batch, attempt } = tracked
  const rents = await rentsPaid(deps, tracked)
  await transact(deps.db, async (tx) => {
    const at = deps.clock.now()
    if (!(await move(tx, deps, { ...tracked, to: { attempt: 'finalized', batch: 'finalized' } }))) return
    await deps.books.chainFee(tx, { signature: attempt.signature, lamports: attempt.fee, at })
    for (const item of batch.items) await deps.books.finalized(tx, amountsOf({ asset: batch.asset, item, at }))
    await bookRents(tx, deps, { ...tracked, rents })
    await announce(tx, deps, { batch, state: 'finalized', signature: attempt.signature })
    if (batch.kind === 'anchor') await deps.onAnchored(tx, { memo: batch.memo, signature: attempt.signature, cluster: deps.cluster })
  })
}

/** Final with an error: the fee is gone, nothing else moved. An anchor is tried again; of a payout what is to blame goes back to its nodes. */
export const recordFailed = (deps: PayoutDeps, tracked: Tracked, err: string): Promise<void> =>
  transact(deps.db, async (tx) => {
    const { batch, attempt } = tracked
    const reason = `The transaction failed on chain: ${err}`
    if (!(await move(tx, deps, { ...tracked, to: { attempt: 'failed', batch: batch.kind === 'anchor' ? 'planned' : 'failed', failure: reason } }))) return
    await deps.books.chainFee(tx, { signature: attempt.signature, lamports: attempt.fee, at: deps.clock.now() })
    const { messageBytes: message } = decodeTransaction(new Uint8Array(Buffer.from(attempt.raw, 'base64')))
    const blamed = blamedRecipient(deps, batch, { message, blame: blameOf(err) })
    await takeApart(tx, deps, { batch, blamed: blamed === null ? [] : [blamed], reason, signature: attempt.signature })
  })

interface Failure {
  readonly batch: Batch
  /** Addresses to leave alone for a while; without any, nobody knows what is wrong. */
  readonly blamed: readonly string[]
  readonly reason: string
  readonly signature: string | null
}

/** A batch that the cluster would refuse, of which no transaction is alive. */
export const recordUnpayable = (deps: PayoutDeps, failure: Omit<Failure, 'signature'>): Promise<void> =>
  transact(deps.db, async (tx) => {
    const { batch, reason } = failure
    const isMine = await createPayoutsStore(tx).moveBatch({ id: batch.id, from: 'planned', to: 'failed', at: deps.clock.now(), failure: reason })
    if (isMine) await takeApart(tx, deps, { ...failure, signature: null })
  })

/** Whom a failed batch pays, in two halves. */
function halves(items: readonly Item[]): Item[][] {
  const wallets = [...Map.groupBy(items, (item) => item.address).values()]
  const middle = Math.ceil(wallets.length / 2)
  return [wallets.slice(0, middle).flat(), wallets.slice(middle).flat()].filter((half) => half.length > 0)
}

/**
 * A batch has failed for good. What is to blame goes back to its nodes, and everybody else goes on in a batch of their own. Where nobody
 * knows what is to blame, the batch goes on in two halves, and in the end one payout is left that fails alone.
 */
async function takeApart(tx: Tx, deps: PayoutDeps, failure: Failure): Promise<void> {
  const { batch, blamed, reason } = failure
  const isAlone = new Set(batch.items.map((item) => item.address)).size <= 1
  const poisoned = batch.items.filter((item) => isAlone || blamed.includes(item.address))
  const sound = batch.items.filter((item) => !poisoned.includes(item))
  const parts = sound.length === 0 ? [] : poisoned.length > 0 ? [sound] : halves(sound)
  if (parts.length > 0) deps.events.split(batch.id, parts.length, reason)
  for (const items of parts) {
    await moveToNewBatch(tx, deps, { asset: batch.asset, rate: batch.rate, items })
    await announce(tx, deps, { batch: { ...batch, items }, state: 'planned', signature: null })
  }
  await giveBack(tx, deps, { ...failure, batch: { ...batch, items: poisoned } })
}

/** Returns money to its nodes and leaves their address alone for a while. */
export async function giveBack(
  tx: Tx,
  deps: PayoutDeps,
  { batch, reason, signature }: Omit<Failure, 'blamed' | 'batch'> & { batch: Pick<Batch, 'asset' | 'items' | 'rate'> },
) {
  const at = deps.clock.now()
  for (const item of batch.items) await deps.books.failed(tx, amountsOf({ asset: batch.asset, item, at }))
  for (const address of new Set(batch.items.map((item) => item.address))) await createRefusalsStore(tx).refuse(address, reason, at + REFUSAL_MS)
  await announce(tx, deps, { batch, state: 'failed', signature })
}
