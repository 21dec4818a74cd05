import type { Clock } from '../../kernel/clock.ts'
import { type Latch, raisedWithin } from '../../kernel/latch.ts'
import type { Tx } from '../persistence/database.ts'
import { type HistoryCursor, bookDeposits } from './deposits.ts'
import type { PayoutDeps } from './deps.ts'
import { inTurn } from './in-turn.ts'
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
   * any time, in any state, after any crash; calls that overlap share one pass. What fails of it keeps nothing else waiting, but for a wallet that
   * somebody else uses too. Errors: `chain.unavailable`, `payout.refused`; both leave everything as the disk has it.
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
    const isPaused = (await pauseOf(deps.db, deps)) !== null
    const late: string[] = []
    const track = () => trackLive(deps, silence, { batches: open, maySend: !isPaused, onLate: (batchId) => late.push(batchId) })
    const raise = async () => (late.length > 0 ? raiseLate(deps, await store.openBatches(), late) : undefined)
    const sign = async () => ((await store.hasPlanned()) ? signPlanned(deps, await store.openBatches()) : undefined)
    const stages = [track, ...(isPaused ? [] : [raise, () => queueLanes(deps), () => planClaims(deps), () => planDue(deps), sign])]
    await inTurn(stages, (stage) => stage(), deps.events)
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

interface Rhythm {
  readonly clock: Pick<Clock, 'sleep'>
  readonly intervalMs: number
  /** Raised when something was claimed, which is paid without waiting for the next pass. */
  readonly claimed: Pick<Latch, 'wait'>
  readonly events: Pick<PayoutDeps['events'], 'failed'>
}

/** Runs {@link Payouts.step} every `intervalMs`, and whenever something was claimed, until `signal` aborts. A pass that fails is logged and tried again. */
export async function runPayouts({ step }: Pick<Payouts, 'step'>, { clock, intervalMs: ms, claimed, events }: Rhythm, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await step().catch(events.failed)
    await raisedWithin(claimed, { ms, clock }, signal)
  }
}
