import type { NodeEvent } from '../../../shared/contract/node-event.ts'
import type { Lamports, MicroUsd } from '../../../shared/units.ts'
import type { Chain } from '../../chain/chain.ts'
import type { Token } from '../../chain/tokens.ts'
import type { Wallet } from '../../chain/wallet.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Ids } from '../../kernel/ids.ts'
import type { Db, Tx } from '../persistence/database.ts'
import type { PayoutEvents } from './events.ts'
import type { OutflowLimits } from './limits.ts'
import type { PayableNode } from './plan.ts'
import type { Rate } from './rate.ts'

export interface PayoutSettings extends OutflowLimits {
  /** Nobody is paid less than this unless they ask for it, lamports. */
  readonly threshold: Lamports
  /** Two operators have to approve a batch worth more; `null`: none has to. */
  readonly approvalAbove: MicroUsd | null
  /** The operator is told when the hot wallet holds less, lamports. */
  readonly refillBelow: Lamports
  /** Durable nonces to keep open, for payouts that expire again and again. */
  readonly lanes: number
}

export interface PayoutAmounts {
  readonly payoutId: string
  readonly nodeId: string
  /** What the node gives up, `charged` included. */
  readonly microUsd: MicroUsd
  /** What it gets, in one of the two. */
  readonly lamports: Lamports
  readonly microUsdc: bigint
  /** What it bears of fee and rent. */
  readonly charged: MicroUsd
  readonly at: number
}

interface ChainCost {
  readonly signature: string
  readonly lamports: Lamports
  readonly at: number
}

/** The ledger as payouts need it. Each is called in the transaction of the change it belongs to, and each books once. */
interface PayoutBooks {
  readonly planned: (tx: Tx, payout: PayoutAmounts) => Promise<void>
  readonly finalized: (tx: Tx, payout: PayoutAmounts) => Promise<void>
  readonly failed: (tx: Tx, payout: PayoutAmounts) => Promise<void>
  readonly chainFee: (tx: Tx, fee: ChainCost) => Promise<void>
  /** What lies in the token accounts that a transaction opened. */
  readonly accountRent: (tx: Tx, rent: ChainCost) => Promise<void>
  /** An account was not opened after all: who was charged for it has it back. */
  readonly rentReturned: (
    tx: Tx,
    rent: { readonly payoutId: string; readonly nodeId: string; readonly microUsd: MicroUsd; readonly at: number },
  ) => Promise<void>
  readonly treasuryDeposit: (tx: Tx, deposit: ChainCost & { readonly microUsdc: bigint }) => Promise<'booked' | 'duplicate'>
  /** What left the hot wallet without a payout that explains it. */
  readonly loss: (tx: Tx, loss: ChainCost & { readonly microUsdc: bigint }) => Promise<void>
  /** Of these transactions, those that the books know by a deposit, a fee or a loss. */
  readonly knownOf: (tx: Db | Tx, signatures: readonly string[]) => Promise<ReadonlySet<string>>
  /** What the books say the hot wallet holds. */
  readonly treasury: (tx: Tx) => Promise<Lamports>
  readonly usdcTreasury: (tx: Tx) => Promise<bigint>
  /** What a node has earned, free to be paid and tied up in payouts under way. */
  readonly earningsOf: (tx: Db | Tx, nodeId: string) => Promise<{ readonly confirmed: MicroUsd; readonly paying: MicroUsd }>
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
  /** The USDC of this cluster; `null` where nobody is paid in it. */
  readonly usdc: Token | null
  /** Nodes with an address and confirmed earnings. */
  readonly payableNodes: (db: Db | Tx) => Promise<readonly PayableNode[]>
  /** Where a node is paid; `null` while it has said nowhere. */
  readonly addressOf: (db: Db | Tx, nodeId: string) => Promise<string | null>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  /** Whether the operator has put a stop file in place. */
  readonly isStopped: () => boolean
  /** Tells a node about its payout, or why there is none, in the transaction of the change. */
  readonly recordEvent: (tx: Tx, nodeId: string, fact: PayoutFact) => Promise<void>
  /** An anchor memo is on chain for good. */
  readonly onAnchored: (tx: Tx, anchored: Anchored) => Promise<void>
  readonly events: PayoutEvents
}
