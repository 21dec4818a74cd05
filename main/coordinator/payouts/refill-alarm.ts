import { transact } from '../persistence/database.ts'
import type { PayoutDeps } from './deps.ts'
import { pursesOf, refillOf } from './status.ts'

/** How often the hot wallet's balance is looked at, milliseconds. */
const LOOK_EVERY_MS = 60_000

/** Tells the operator once when the hot wallet has to be refilled, and once when it has been. A new wallet is given a moment to be filled. */
export function createRefillAlarm(deps: PayoutDeps): () => Promise<void> {
  let lookedAt = deps.clock.monotonic()
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
