import { lamports, microUsd } from '../../shared/units.ts'
import type { Chain } from '../chain/chain.ts'
import type { Wallet } from '../chain/wallet.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { runAll } from '../kernel/lifecycle.ts'
import type { Logger } from '../kernel/log.ts'
import type { CoordinatorConfig } from './config.ts'
import { confirmedBalances, payoutBooks } from './ledger/ledger.ts'
import type { PayoutDeps } from './payouts/deps.ts'
import { payoutEvents } from './payouts/events.ts'
import { type Payouts, createPayouts, runPayouts } from './payouts/payouts.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import { dueAnchor, recordAnchor } from './receipts/anchors.ts'
import { createNodesStore } from './registry/nodes.store.ts'

export interface PayingDeps {
  readonly config: CoordinatorConfig
  readonly db: Db
  readonly chain: Chain
  readonly wallet: Wallet
  readonly cluster: string
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly recordEvent: PayoutDeps['recordEvent']
}

const STEP_MS = 1_000

/** Everything that goes through the hot wallet: payouts to nodes, and the log's anchors. */
export function createPaying(deps: PayingDeps): { readonly run: (signal: AbortSignal) => Promise<void> } {
  const { config, db, clock } = deps
  const events = payoutEvents(deps.log)
  const rate = { microUsdPerSol: microUsd(config.microUsdPerSol), source: 'fixed by the operator' }
  const payouts = createPayouts({
    ...deps,
    settings: {
      threshold: lamports(config.payoutThresholdLamports),
      maxPerHour: lamports(config.maxOutflowLamportsPerHour),
      reserve: lamports(config.hotReserveLamports),
    },
    rate: async () => ({ ...rate, at: clock.now() }),
    books: payoutBooks,
    payableNodes,
    onAnchored: async (tx, anchored) => void (await recordAnchor(tx, { ...anchored, at: clock.now() })),
    events,
  })
  return {
    run: (signal) =>
      runAll(signal, [
        (stop) => runPayouts(payouts, { clock, intervalMs: STEP_MS, events }, stop),
        async (stop) => {
          do await queueDueAnchor(db, payouts, { now: clock.now(), everyMs: config.anchorEveryMs }).catch(events.failed)
          while (await clock.sleep(STEP_MS, stop))
        },
      ]),
  }
}

/** Nodes with an address and money that is confirmed. */
async function payableNodes(tx: Db | Tx): Promise<{ nodeId: string; address: string; confirmedMicroUsd: ReturnType<typeof microUsd> }[]> {
  const nodes = createNodesStore(tx)
  const payable = []
  for (const { nodeId, confirmedMicroUsd } of await confirmedBalances(tx)) {
    const address = (await nodes.get(nodeId))?.payoutAddress
    if (address) payable.push({ nodeId, address, confirmedMicroUsd })
  }
  return payable
}

const queueDueAnchor = (db: Db, payouts: Payouts, epoch: Parameters<typeof dueAnchor>[1]): Promise<void> =>
  transact(db, async (tx) => {
    const due = await dueAnchor(tx, epoch)
    if (due) await payouts.queueAnchor(tx, { memo: due.memo })
  })
