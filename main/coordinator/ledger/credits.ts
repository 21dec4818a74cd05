/** Carbon credits: what a receipt's attributed saving is worth, and what becomes of it, as ledger transactions. Pure. */
import {
  COMMUNITY_FUND,
  EXCHANGE_CREDITS,
  EXTERNAL_COMMUNITY,
  EXTERNAL_CREDITS,
  PLATFORM_REVENUE,
  creditsPending,
  creditsRedeemed,
  creditsVerified,
  nodeConfirmed,
  nodeOwner,
} from './accounts.ts'
import { type LedgerTransaction, type Transfer, transaction, usd } from './transaction.ts'

/** €0.025 per kg. */
const MICRO_EUR_PER_G = 25
const COMMUNITY_PERCENT = 30n

const credits = (from: string, to: string, amount: bigint): Transfer => ({ from, to, asset: 'micro-eur-credits', amount })

/** What a saving of so many grams is worth, micro-EUR, rounded down; nothing where waiting made it worse. */
export const creditOf = (attributedSavingG: number): bigint => (attributedSavingG > 0 ? BigInt(Math.floor(attributedSavingG * MICRO_EUR_PER_G)) : 0n)

/** 70 % to the node, 30 % to the community fund, rounded down: the odd micro-EUR is the node's and none is lost. */
export function splitCredit(microEur: bigint): { readonly node: bigint; readonly community: bigint } {
  const community = (microEur * COMMUNITY_PERCENT) / 100n
  return { node: microEur - community, community }
}

export interface Credit {
  readonly receiptId: string
  readonly nodeId: string
  readonly microEur: bigint
  readonly at: number
}

/** A receipt was issued. */
export function creditIssued({ receiptId, nodeId, microEur, at }: Credit): LedgerTransaction {
  const { node, community } = splitCredit(microEur)
  return transaction(`credit:${receiptId}`, at, [
    credits(EXTERNAL_CREDITS, creditsPending(nodeOwner(nodeId)), node),
    credits(EXTERNAL_CREDITS, creditsPending(COMMUNITY_FUND), community),
  ])
}

/** The receipt is anchored for good, and rests on measured grid figures. */
export function creditVerified({ receiptId, nodeId, microEur, at }: Credit): LedgerTransaction {
  const { node, community } = splitCredit(microEur)
  return transaction(`credit-verified:${receiptId}`, at, [
    credits(creditsPending(nodeOwner(nodeId)), creditsVerified(nodeOwner(nodeId)), node),
    credits(creditsPending(COMMUNITY_FUND), creditsVerified(COMMUNITY_FUND), community),
  ])
}

/** What a euro is worth, and who said so. */
export interface EuroRate {
  readonly microUsdPerEur: bigint
  readonly source: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** Rounded down. */
const eurToUsd = (microEur: bigint, { microUsdPerEur }: EuroRate): bigint => (microEur * microUsdPerEur) / 1_000_000n

const rateText = ({ microUsdPerEur, source, at }: EuroRate): string =>
  `1 EUR = ${microUsdPerEur / 1_000_000n}.${String(microUsdPerEur % 1_000_000n).padStart(6, '0')} USD, ${source.slice(0, 120)}, ${new Date(at).toISOString()}`

interface Redemption {
  readonly redemptionId: string
  readonly microEur: bigint
  readonly rate: EuroRate
  readonly at: number
}

/** Whose credits are redeemed, and where the money goes. */
interface Sale extends Redemption {
  readonly id: string
  readonly owner: string
  readonly to: string
  readonly note: string
}

/** The platform buys verified credits, out of what it has earned. */
const sold = ({ id, owner, to, microEur, rate, at, note }: Sale): LedgerTransaction => {
  const microUsd = eurToUsd(microEur, rate)
  return transaction(
    id,
    at,
    [credits(creditsVerified(owner), creditsRedeemed(owner), microEur), usd(PLATFORM_REVENUE, EXCHANGE_CREDITS, microUsd), usd(EXCHANGE_CREDITS, to, microUsd)],
    note,
  )
}

export const nodeRedemption = (nodeId: string, redemptionId: string): string => `redeem:${nodeId}:${redemptionId}`
export const communityRedemption = (redemptionId: string): string => `redeem-community:${redemptionId}`

/** Of a node: the money is confirmed at once. */
export const creditsSold = (sale: Redemption & { readonly nodeId: string }): LedgerTransaction =>
  sold({
    ...sale,
    id: nodeRedemption(sale.nodeId, sale.redemptionId),
    owner: nodeOwner(sale.nodeId),
    to: nodeConfirmed(sale.nodeId),
    note: rateText(sale.rate),
  })

/** Of the community fund: the money leaves the books for a purpose that is written down with it. */
export const communityCreditsSold = (sale: Redemption & { readonly purpose: string }): LedgerTransaction =>
  sold({
    ...sale,
    id: communityRedemption(sale.redemptionId),
    owner: COMMUNITY_FUND,
    to: EXTERNAL_COMMUNITY,
    note: `${sale.purpose} (${rateText(sale.rate)})`,
  })
