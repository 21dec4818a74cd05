import { transact } from '../persistence/database.ts'
import type { PayoutDeps } from './deps.ts'
import { pursesOf, refillOf } from './status.ts'

/** How often the hot wallet's balance is looked at, milliseconds. */
const LOOK_EVERY_MS = 60_000

/** Tells the operator once when the hot wallet has to be refilled, and once when it has been. */
export function createRefillAlarm(deps: PayoutDeps): () => Promise<void> {
  let lookedAt = Number.NEGATIVE_INFINITY
  let isRung = false
  return async () => {
    const now = deps.clock.monotonic()
    if (now - lookedAt < LOOK_EVERY_MS) return
    lookedAt = now
    const message = refillOf(await pursesOf(deps), deps.settings)
    if ((message !== null) === isRung) return
    isRung = message !== null
    deps.events.refill(message)
    if (message !== null) await transact(deps.db, (tx) => deps.decide(tx, 'payout.refill-needed', { hotWallet: deps.wallet.address, message }))
  }
}
