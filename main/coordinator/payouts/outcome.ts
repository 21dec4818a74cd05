import type { Tx } from '../persistence/database.ts'
import { transact } from '../persistence/database.ts'
import type { PayoutDeps, PayoutFact } from './deps.ts'
import { type Attempt, type Batch, type Item, createPayoutsStore } from './payouts.store.ts'

/** How long an address that failed is left alone, milliseconds. */
const REFUSAL_MS = 3_600_000

type Announced = PayoutFact['state']

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

/** The cluster took it, or has confirmed it: not final, nothing booked. */
export const recordProgress = (deps: PayoutDeps, { batch, attempt }: Tracked, to: 'sent' | 'confirmed'): Promise<void> =>
  transact(deps.db, async (tx) => {
    const store = createPayoutsStore(tx)
    if (!(await store.moveAttempt(attempt.id, attempt.state, to))) return
    await store.moveBatch({ id: batch.id, from: batch.state, to, at: deps.clock.now() })
    await announce(tx, deps, { batch, state: to, signature: attempt.signature })
  })

/** Proven dead: the batch may be signed anew. */
export const recordExpired = (deps: PayoutDeps, { batch, attempt }: Tracked): Promise<void> =>
  transact(deps.db, async (tx) => {
    const store = createPayoutsStore(tx)
    if (!(await store.moveAttempt(attempt.id, attempt.state, 'expired'))) return
    await store.moveBatch({ id: batch.id, from: batch.state, to: 'planned', at: deps.clock.now() })
    await announce(tx, deps, { batch, state: 'planned', signature: null })
  })

/** Final and good: money and fact move together. */
export const recordFinalized = (deps: PayoutDeps, { batch, attempt }: Tracked): Promise<void> =>
  transact(deps.db, async (tx) => {
    const store = createPayoutsStore(tx)
    const at = deps.clock.now()
    if (!(await store.moveAttempt(attempt.id, attempt.state, 'finalized'))) return
    await store.moveBatch({ id: batch.id, from: batch.state, to: 'finalized', at })
    await deps.books.chainFee(tx, { signature: attempt.signature, lamports: attempt.fee, at })
    for (const item of batch.items) await deps.books.finalized(tx, amountsOf(item, at))
    await announce(tx, deps, { batch, state: 'finalized', signature: attempt.signature })
    if (batch.kind === 'anchor') await deps.onAnchored(tx, { memo: batch.memo, signature: attempt.signature, cluster: deps.cluster })
  })

/** Final with an error: the fee is gone, nothing else moved. An anchor is tried again; a payout's money goes back to its nodes. */
export const recordFailed = (deps: PayoutDeps, { batch, attempt }: Tracked, err: string): Promise<void> =>
  transact(deps.db, async (tx) => {
    const store = createPayoutsStore(tx)
    const at = deps.clock.now()
    if (!(await store.moveAttempt(attempt.id, attempt.state, 'failed'))) return
    await deps.books.chainFee(tx, { signature: attempt.signature, lamports: attempt.fee, at })
    if (batch.kind === 'anchor') await store.moveBatch({ id: batch.id, from: batch.state, to: 'planned', at, failure: err })
    else
      await dissolve(tx, deps, {
        batch,
        blamed: batch.items.map((item) => item.address),
        reason: `The transaction failed on chain: ${err}`,
        signature: attempt.signature,
      })
  })

/** A batch that the cluster would refuse, of which no transaction is alive. */
export const recordUnpayable = (deps: PayoutDeps, dissolution: Omit<Dissolution, 'signature'>): Promise<void> =>
  transact(deps.db, (tx) => dissolve(tx, deps, { ...dissolution, signature: null }))

interface Dissolution {
  readonly batch: Batch
  /** Addresses to leave alone for a while. */
  readonly blamed: readonly string[]
  readonly reason: string
  readonly signature: string | null
}

async function dissolve(tx: Tx, deps: PayoutDeps, { batch, blamed, reason, signature }: Dissolution): Promise<void> {
  const store = createPayoutsStore(tx)
  const at = deps.clock.now()
  if (!(await store.moveBatch({ id: batch.id, from: batch.state, to: 'failed', at, failure: reason }))) return
  for (const item of batch.items) await deps.books.failed(tx, amountsOf(item, at))
  for (const address of blamed) await store.refuse(address, reason, at + REFUSAL_MS)
  await announce(tx, deps, { batch, state: 'failed', signature })
}
