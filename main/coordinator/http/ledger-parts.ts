import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { Viewer } from '../../../shared/domain/permissions.ts'
import type { Settle } from './member-parts.ts'

type Contract = typeof coordinatorContract
type In<K extends keyof Contract> = InputOf<Contract[K]>
type Out<K extends keyof Contract> = OutputOf<Contract[K]>

interface Page {
  readonly after: string | null
  readonly limit: number
}

/** What the HTTP border needs of the books. */
export interface LedgerParts {
  readonly account: (requesterId: string) => Promise<Out<'getAccount'>>
  /** Of everybody's money. */
  readonly check: () => Promise<Out<'checkLedger'>>
  /** Errors of both: `auth.refused` for what is somebody else's. */
  readonly statement: (viewer: Viewer, question: In<'getStatement'>) => Promise<Out<'getStatement'>>
  readonly entries: (viewer: Viewer, about: string) => Promise<Out<'getEntries'>>
  /** Error: `auth.refused` for one without an account. */
  readonly transactions: (viewer: Viewer, asked: In<'listTransactions'>) => Promise<Out<'listTransactions'>>
  readonly community: () => Promise<Out<'getCommunityFund'>>
  readonly periods: (page: Page) => Promise<Out<'listPeriods'>>
  /** What a node may ask and do about its own money. */
  readonly own: {
    readonly balances: (nodeId: string) => Promise<Out<'getOwnBalances'>>
    readonly statement: (nodeId: string, page: In<'getOwnStatement'>) => Promise<Out<'getOwnStatement'>>
    readonly entries: (nodeId: string, about: string) => Promise<Out<'getOwnEntries'>>
    readonly redeem: (nodeId: string, order: In<'redeemCredits'>) => Promise<Out<'redeemCredits'>>
  }
  /** What an operator does about money; who orders comes first. */
  readonly orders: {
    readonly refund: (by: string, order: In<'refundRequester'>, settle?: Settle) => Promise<Out<'refundRequester'>>
    readonly chargeBack: (by: string, order: In<'chargeBack'>) => Promise<Out<'chargeBack'>>
    readonly dispute: (by: string, order: In<'openDispute'>) => Promise<Out<'openDispute'>>
    readonly decide: (by: string, order: In<'decideDispute'>) => Promise<Out<'decideDispute'>>
    readonly disputes: (page: Page) => Promise<Out<'listDisputes'>>
    readonly redeemCommunity: (by: string, order: In<'redeemCommunityCredits'>) => Promise<Out<'redeemCommunityCredits'>>
    readonly close: (by: string, order: In<'closePeriod'>) => Promise<Out<'closePeriod'>>
  }
}
