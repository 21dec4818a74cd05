import type { Clock } from '../../kernel/clock.ts'
import type { Tx } from '../persistence/database.ts'
import { type HistoryCursor, bookDeposits } from './deposits.ts'
import type { PayoutDeps } from './deps.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { planClaims } from './claim-planning.ts'
import { pauseOf } from './pause.ts'
import { planDue } from './planning.ts'
import { queueLanes } from './lanes.ts'
import { raiseLate, signPlanned } from './sign.ts'
import { type Silence, trackLive } from './track.ts'

/** Deposits are looked for this often even while payments are under way: what those cost may have to come out of them. */
const DEPOSITS_EVERY_MS = 5_000
/** The longest memo a transaction carries beside its signer, bytes. */
const MAX_MEMO_BYTES = 500

export interface Payouts {
  /**
   * Books deposits, moves every transaction under way one step on, and unless payouts are paused plans what is due and signs what is planned. Safe at
   * any time, in any state, after any crash; calls that overlap share one pass. Errors: `chain.unavailable`,
   * `payout.refused`; both leave everything as the disk has it.
   */
  readonly step: () => Promise<void>
  /** Has `memo` written to the chain exactly once; `onAnchored` hears of it when it is final. Part of the caller's transaction. */
  readonly queueAnchor: (tx: Tx, anchor: { memo: string }) => Promise<'queued' | 'duplicate'>
}

/** The payout machine over one hot wallet. */
export function createPayouts(deps: PayoutDeps): Payouts {
  const silence: Silence = new Map()
  const cursor: HistoryCursor = new Map()
  let running: Promise<void> | null = null
  let depositsAt = Number.NEGATIVE_INFINITY
  const pass = async () => {
    const store = createPayoutsStore(deps.db)
    const open = await store.openBatches()
    // A deposit can wait a while where payments are under way; what happened while we were not looking cannot.
    const isTime = deps.clock.monotonic() - depositsAt >= DEPOSITS_EVERY_MS
    if (cursor.size === 0 || isTime || open.every((batch) => batch.live === null)) {
      await bookDeposits(deps, cursor)
      depositsAt = deps.clock.monotonic()
    }
    const pause = await pauseOf(deps.db, deps)
    const late = await trackLive(deps, silence, { batches: open, maySend: pause === null })
    if (pause) return
    if (late.length > 0) await raiseLate(deps, await store.openBatches(), late)
    await queueLanes(deps)
    await planClaims(deps)
    await planDue(deps)
    if (await store.hasPlanned()) await signPlanned(deps, await store.openBatches())
  }
  return {
    step() {
      running ??= pass()
        .catch((error: unknown) => {
          // What it cost may be in a deposit that is not booked yet.
          depositsAt = Number.NEGATIVE_INFINITY
          throw error
        })
        .finally(() => {
          running = null
        })
      return running
    },
    async queueAnchor(tx, { memo }) {
      if (memo.length === 0 || new TextEncoder().encode(memo).length > MAX_MEMO_BYTES) throw new RangeError(`an anchor memo has 1 to ${MAX_MEMO_BYTES} bytes`)
      const added = await createPayoutsStore(tx).addBatch({
        id: deps.ids.next(),
        kind: 'anchor',
        asset: 'lamports',
        memo,
        cluster: deps.cluster,
        rate: '',
        at: deps.clock.now(),
        approvalsNeeded: 0,
      })
      return added === 'added' ? 'queued' : 'duplicate'
    },
  }
}

/** Runs {@link Payouts.step} every `intervalMs` until `signal` aborts. A pass that fails is logged and tried again. */
export async function runPayouts(
  payouts: Payouts,
  { clock, intervalMs, events }: { clock: Clock; intervalMs: number; events: PayoutDeps['events'] },
  signal: AbortSignal,
): Promise<void> {
  do {
    await payouts.step().catch(events.failed)
  } while (await clock.sleep(intervalMs, signal))
}
