import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { Lamports, MicroUsd } from '../../../shared/units.ts'
import type { Chain } from '../../chain/chain.ts'
import type { Wallet } from '../../chain/wallet.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { PayoutEvents } from './events.ts'
import type { OutflowLimits } from './limits.ts'
import type { PayableNode } from './plan.ts'
import type { Rate } from './rate.ts'

export interface PayoutSettings extends OutflowLimits {
  /** Nobody is paid less than this, lamports. */
  readonly threshold: Lamports
}

interface PayoutAmounts {
  readonly payoutId: string
  readonly nodeId: string
  readonly microUsd: MicroUsd
  readonly lamports: Lamports
  readonly at: number
}

/** The ledger as payouts need it. Each is called in the transaction of the change it belongs to, and each books once. */
interface PayoutBooks {
  readonly planned: (tx: Tx, payout: PayoutAmounts) => Promise<void>
  readonly finalized: (tx: Tx, payout: PayoutAmounts) => Promise<void>
  readonly failed: (tx: Tx, payout: PayoutAmounts) => Promise<void>
  readonly chainFee: (tx: Tx, fee: { signature: string; lamports: Lamports; at: number }) => Promise<void>
  readonly treasuryDeposit: (tx: Tx, deposit: { signature: string; lamports: Lamports; at: number }) => Promise<'booked' | 'duplicate'>
  /** Lamports the books say the hot wallet holds. */
  readonly treasury: (tx: Tx) => Promise<Lamports>
}

export type PayoutFact = Extract<NodeEvent['fact'], { kind: 'payout' | 'payout-refused' }>

export interface Anchored {
  readonly memo: string
  readonly signature: string
  readonly cluster: string
}

export interface PayoutDeps {
  readonly db: Db
  readonly chain: Chain
  /** The hot wallet. */
  readonly wallet: Wallet
  readonly clock: Clock
  readonly ids: Ids
  /** Name of the cluster, from `requirePayable`. */
  readonly cluster: string
  readonly settings: PayoutSettings
  readonly rate: () => Promise<Rate>
  readonly books: PayoutBooks
  /** Nodes with an address and confirmed earnings. */
  readonly payableNodes: (db: Db | Tx) => Promise<readonly PayableNode[]>
  /** Tells a node about its payout, or why there is none, in the transaction of the change. */
  readonly recordEvent: (tx: Tx, nodeId: string, fact: PayoutFact) => Promise<void>
  /** An anchor memo is on chain for good. */
  readonly onAnchored: (tx: Tx, anchored: Anchored) => Promise<void>
  readonly events: PayoutEvents
}
