import { WindfallError } from '../../../shared/errors.ts'
import { type Tx, transact } from '../persistence/database.ts'
import type { PayoutDeps, PayoutFact } from './deps.ts'
import type { Attempt, AttemptState, Batch, BatchState, Item } from './batch.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { createRefusalsStore } from './refusals.store.ts'

/** How long an address that failed is left alone, milliseconds. */
const REFUSAL_MS = 3_600_000

type Announced = Extract<PayoutFact, { kind: 'payout' }>['state']

const amountsOf = (item: Item, at: number) => ({ payoutId: item.id, nodeId: item.nodeId, microUsd: item.microUsd, lamports: item.lamports, at })

/** Tells the node of every item where its money is. */
export async function announce(
  tx: Tx,
  deps: PayoutDeps,
  { batch, state, signature }: { batch: Pick<Batch, 'items' | 'rate'>; state: Announced; signature: string | null },
): Promise<void> {
  for (const { id, nodeId, address, lamports, microUsd } of batch.items) {
    await deps.recordEvent(tx, nodeId, {
      kind: 'payout',
      payoutId: id,
      state,
      lamports: lamports.toString(),
      microUsd: microUsd.toString(),
      signature,
      address,
      rate: batch.rate,
      cluster: deps.cluster,
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

/** Final and good: money and fact move together. */
export const recordFinalized = (deps: PayoutDeps, tracked: Tracked): Promise<void> =>
  transact(deps.db, async (tx) => {
    const { batch, attempt } = tracked
    const at = deps.clock.now()
    if (!(await move(tx, deps, { ...tracked, to: { attempt: 'finalized', batch: 'finalized' } }))) return
    await deps.books.chainFee(tx, { signature: attempt.signature, lamports: attempt.fee, at })
    for (const item of batch.items) await deps.books.finalized(tx, amountsOf(item, at))
    await announce(tx, deps, { batch, state: 'finalized', signature: attempt.signature })
    if (batch.kind === 'anchor') await deps.onAnchored(tx, { memo: batch.memo, signature: attempt.signature, cluster: deps.cluster })
  })

/** Final with an error: the fee is gone, nothing else moved. An anchor is tried again; a payout's money goes back to its nodes. */
export const recordFailed = (deps: PayoutDeps, tracked: Tracked, err: string): Promise<void> =>
  transact(deps.db, async (tx) => {
    const { batch, attempt } = tracked
    const failure = `The transaction failed on chain: ${err}`
    if (!(await move(tx, deps, { ...tracked, to: { attempt: 'failed', batch: batch.kind === 'anchor' ? 'planned' : 'failed', failure } }))) return
    await deps.books.chainFee(tx, { signature: attempt.signature, lamports: attempt.fee, at: deps.clock.now() })
    await giveBack(tx, deps, { batch, blamed: batch.items.map((item) => item.address), reason: failure, signature: attempt.signature })
  })

interface Failure {
  readonly batch: Batch
  /** Addresses to leave alone for a while. */
  readonly blamed: readonly string[]
  readonly reason: string
  readonly signature: string | null
}

/** A batch that the cluster would refuse, of which no transaction is alive. */
export const recordUnpayable = (deps: PayoutDeps, failure: Omit<Failure, 'signature'>): Promise<void> =>
  transact(deps.db, async (tx) => {
    const { batch, reason } = failure
    const isMine = await createPayoutsStore(tx).moveBatch({ id: batch.id, from: 'planned', to: 'failed', at: deps.clock.now(), failure: reason })
    if (isMine) await giveBack(tx, deps, { ...failure, signature: null })
  })

async function giveBack(tx: Tx, deps: PayoutDeps, { batch, blamed, reason, signature }: Failure): Promise<void> {
  const at = deps.clock.now()
  for (const item of batch.items) await deps.books.failed(tx, amountsOf(item, at))
  for (const address of blamed) await createRefusalsStore(tx).refuse(address, reason, at + REFUSAL_MS)
  await announce(tx, deps, { batch, state: 'failed', signature })
}
