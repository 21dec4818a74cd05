import type { CommunityFundView, NodeBalances } from '../../shared/contract/ledger.ts'
import { WindfallError } from '../../shared/errors.ts'
import { toIso } from '../../shared/units.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Signer } from '../kernel/signing.ts'
import type { LedgerParts } from './http/ledger-parts.ts'
import { accountOf } from './job-money.ts'
import { type Asset, creditsPending, creditsRedeemed, creditsVerified, nodeAccrued, nodeConfirmed, nodeOwner, nodePaid, nodePaying } from './ledger/accounts.ts'
import { type Holding, checkChain } from './ledger/chain-check.ts'
import { checkLedger } from './ledger/check.ts'
import { communityFund, redeemCommunityCredits, redeemCredits } from './ledger/crediting.ts'
import type { EuroRate } from './ledger/credits.ts'
import { decideDispute, openDispute, openDisputes, viewDispute } from './ledger/disputes.ts'
import { closePeriod, listPeriods } from './ledger/periods.ts'
import { createReadingStore } from './ledger/reading.store.ts'
import { payBack, takeBack, viewMoney } from './ledger/requester-money.ts'
import { listTransactions } from './ledger/browsing.ts'
import { entriesAbout, statementOf } from './ledger/statement.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import { createRequestersStore } from './registry/requesters.store.ts'

export interface BookkeepingDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly decide: (tx: Tx, kind: string, body: object) => Promise<void>
  /** Signs balance sheets. */
  readonly signer: Pick<Signer, 'keyId' | 'publicJwk' | 'sign'>
  readonly shutdown: AbortSignal
  /** What the cluster says that the hot wallet holds. Error: `chain.unavailable`. */
  readonly holdings: () => Promise<readonly Holding[]>
  /** What is wrong with the vaults of protected jobs, in words. */
  readonly checkVaults: () => Promise<readonly string[]>
  /** What a euro of credits is redeemed at; `null`: they are not. */
  readonly microUsdPerEur: bigint | null
}

/** The books, as those see them whose money is in them, and what the operator orders about them. */
export function createBookkeeping(deps: BookkeepingDeps): LedgerParts {
  const { db } = deps
  return {
    account: (requesterId) => accountOf(db, requesterId),
    check: async () => {
      const [books, chain] = [await checkLedger(db), await checkChain(deps)]
      const outside = [...chain.findings, ...(await deps.checkVaults())]
      return { ...books, ...chain, balanced: books.balanced && outside.length === 0, findings: [...books.findings, ...outside] }
    },
    statement({ account, all }, { owner, ...page }) {
      const own = account === null ? null : ownerOf(account)
      if (owner !== own && !all && owner !== null)
        throw new WindfallError('auth.refused', 'That is the statement of somebody else. Leave it out for your own, or ask with the key of the operator.')
      return statementOf(db, { owner: owner ?? own ?? noAccount(), ...page })
    },
    entries: async ({ account, all }, about) => ({
      transactions: await entriesAbout(db, about, all ? 'operator' : { owner: ownerOf(account ?? noAccount()) }),
    }),
    transactions: ({ account, all }, asked) => listTransactions(db, all ? 'operator' : { owner: ownerOf(account ?? noAccount()) }, asked),
    community: () => viewCommunity(deps),
    periods: (page) => listPeriods(db, page),
    own: ownCalls(deps),
    orders: orders(deps),
  }
}

const ownerOf = (account: string): string => `requester:${account}`

const noAccount = (): never => {
  throw new WindfallError('auth.refused', 'You have no account of your own here. Say whose statement you want.')
}

function ownCalls(deps: BookkeepingDeps): LedgerParts['own'] {
  const { db, clock, decide } = deps
  const balances = (nodeId: string) => balancesOf(deps, nodeId)
  return {
    balances,
    statement: (nodeId, page) => statementOf(db, { owner: nodeOwner(nodeId), ...page }),
    entries: async (nodeId, about) => ({ transactions: await entriesAbout(db, about, { owner: nodeOwner(nodeId) }) }),
    async redeem(nodeId, { redemptionId, microEur }) {
      await transact(db, async (tx) => {
        const order = { nodeId, redemptionId, microEur: BigInt(microEur), rate: rateOf(deps), at: clock.now() }
        if ((await redeemCredits(tx, order)) === 'booked')
          await decide(tx, 'credits.redeemed', { nodeId, redemptionId, microEur, microUsdPerEur: String(deps.microUsdPerEur) })
      })
      return balances(nodeId)
    },
  }
}

async function viewCommunity({ db, microUsdPerEur }: BookkeepingDeps): Promise<CommunityFundView> {
  const { spent, pending, verified, redeemed } = await communityFund(db)
  return {
    credits: { pending: String(pending), verified: String(verified), redeemed: String(redeemed) },
    spentMicroUsd: String(spent),
    creditRate: creditRateOf(microUsdPerEur),
  }
}

const creditRateOf = (microUsdPerEur: bigint | null): NodeBalances['creditRate'] =>
  microUsdPerEur === null ? null : { microUsdPerEur: String(microUsdPerEur), source: RATE_SOURCE }

const RATE_SOURCE = 'fixed by the operator'
const rateOf = ({ microUsdPerEur, clock }: BookkeepingDeps): EuroRate | null =>
  microUsdPerEur === null ? null : { microUsdPerEur, source: RATE_SOURCE, at: clock.now() }

async function balancesOf({ db, clock, microUsdPerEur }: BookkeepingDeps, nodeId: string): Promise<NodeBalances> {
  const held = await createReadingStore(db).balancesOf(nodeOwner(nodeId))
  const of = (name: string, asset: Asset = 'micro-usd') => String(held.find((one) => one.account === name && one.asset === asset)?.amount ?? 0n)
  const credits = (name: (owner: string) => string) => of(name(nodeOwner(nodeId)), 'micro-eur-credits')
  return {
    nodeId,
    asOf: toIso(clock.now()),
    accruedMicroUsd: of(nodeAccrued(nodeId)),
    confirmedMicroUsd: of(nodeConfirmed(nodeId)),
    payingMicroUsd: of(nodePaying(nodeId)),
    paidMicroUsd: of(nodePaid(nodeId)),
    credits: { pending: credits(creditsPending), verified: credits(creditsVerified), redeemed: credits(creditsRedeemed) },
    creditRate: creditRateOf(microUsdPerEur),
  }
}

async function requireKnown(tx: Tx, requesterId: string): Promise<void> {
  if (!(await createRequestersStore(tx).get(requesterId)))
    throw new WindfallError('not-found', `There is no requester ${requesterId}. See those that there are: windfall requester list`)
}

/** What each does is in the decision log. */
function orders(deps: BookkeepingDeps): LedgerParts['orders'] {
  const { db, clock, decide } = deps
  return {
    refund: async (by, { microUsd, ...order }, settle) => {
      await transact(db, async (tx) => {
        await settle?.(tx)
        await requireKnown(tx, order.requesterId)
        if ((await payBack(tx, { ...order, amount: BigInt(microUsd), at: clock.now() })) === 'booked')
          await decide(tx, 'requester.refunded', { ...order, microUsd, by })
      })
      return viewMoney(db, order.requesterId)
    },
    chargeBack: async (by, { microUsd, ...order }) => {
      await transact(db, async (tx) => {
        await requireKnown(tx, order.requesterId)
        const amount = microUsd === null ? null : BigInt(microUsd)
        if ((await takeBack(tx, { ...order, amount, at: clock.now() })) === 'booked') await decide(tx, 'requester.charged-back', { ...order, microUsd, by })
      })
      return viewMoney(db, order.requesterId)
    },
    dispute: async (by, { microUsd, ...order }) => {
      await transact(db, async (tx) => {
        const held = await openDispute(tx, { ...order, amount: microUsd === null ? null : BigInt(microUsd), at: clock.now() })
        await decide(tx, 'dispute.opened', { ...order, heldMicroUsd: String(held), by })
      })
      return viewDispute(db, order.jobId)
    },
    decide: async (by, order) => {
      await transact(db, async (tx) => {
        if ((await decideDispute(tx, { ...order, at: clock.now() })) === 'decided') await decide(tx, 'dispute.decided', { ...order, by })
      })
      return viewDispute(db, order.jobId)
    },
    disputes: (page) => openDisputes(db, page),
    redeemCommunity: async (by, { redemptionId, microEur, purpose }) => {
      await transact(db, async (tx) => {
        const order = { redemptionId, purpose, microEur: BigInt(microEur), rate: rateOf(deps), at: clock.now() }
        if ((await redeemCommunityCredits(tx, order)) === 'booked')
          await decide(tx, 'credits.community-redeemed', { redemptionId, microEur, purpose, microUsdPerEur: String(deps.microUsdPerEur), by })
      })
      return viewCommunity(deps)
    },
    close: (by, { until }) => closePeriod(deps, { until, by }),
  }
}
