import { WindfallError } from '../../../shared/errors.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { COMMUNITY_FUND, EXTERNAL_COMMUNITY, PLATFORM_REVENUE, creditsPending, creditsRedeemed, creditsVerified, nodeOwner } from './accounts.ts'
import { type EuroRate, communityCreditsSold, communityRedemption, creditIssued, creditOf, creditVerified, creditsSold, nodeRedemption } from './credits.ts'
import { createCreditsStore } from './credits.store.ts'
import { createLedgerStore } from './ledger.store.ts'
import { createReadingStore } from './reading.store.ts'
import type { LedgerTransaction } from './transaction.ts'

const AT_ONCE = 500

export interface CreditedReceipt {
  readonly receiptId: string
  readonly nodeId: string
  readonly attributedSavingG: number
  readonly leafIndex: number
  readonly isMeasured: boolean
}

/** Books the credits of receipts, pending, in the transaction that issues them. One that saved nothing has none. */
export async function issueCredits(tx: Tx, receipts: readonly CreditedReceipt[], at: number): Promise<void> {
  const credits = receipts
    .map((receipt) => ({ ...receipt, microEur: creditOf(receipt.attributedSavingG) }))
    // Less than a micro-EUR is none.
    .filter(({ microEur }) => microEur > 0n)
  if (credits.length === 0) return
  await createLedgerStore(tx).bookAll(credits.map((credit) => creditIssued({ ...credit, at })))
  await createCreditsStore(tx).add(credits)
}

/** Verifies the credits of measured receipts among the first `treeSize` of the log, which are anchored for good. Answers how many. */
export async function verifyCredits(db: Db, { treeSize, at }: { readonly treeSize: number; readonly at: number }): Promise<number> {
  for (let count = 0; ; ) {
    const verified = await transact(db, async (tx) => {
      const store = createCreditsStore(tx)
      const due = await store.due(treeSize, AT_ONCE)
      if (due.length === 0) return 0
      await createLedgerStore(tx).bookAll(due.map((credit) => creditVerified({ ...credit, at })))
      await store.verified(due.map(({ receiptId }) => receiptId))
      return due.length
    })
    count += verified
    if (verified < AT_ONCE) return count
  }
}

interface RedemptionOrder {
  readonly redemptionId: string
  readonly microEur: bigint
  readonly rate: EuroRate | null
  readonly at: number
}

/** Errors: `conflict` where the operator has set no rate, `input.invalid` for what is not worth a micro-USD. */
function saleOf<O extends RedemptionOrder>(order: O, sell: (order: O & { readonly rate: EuroRate }) => LedgerTransaction): LedgerTransaction {
  const { rate, microEur } = order
  if (rate === null)
    throw new WindfallError('conflict', 'The operator of this coordinator has set no rate for euros, so credits cannot be redeemed yet. They do not expire.')
  const sale = sell({ ...order, rate })
  if (sale.transfers.length < 3) throw new WindfallError('input.invalid', `${microEur} micro-EUR of credits are not worth a micro-USD. Redeem more at once.`)
  return sale
}

/** Says which of the two is too little: a name of an account tells an owner nothing. Error: `funds.insufficient`. */
async function bookSale(tx: Tx, sale: LedgerTransaction, { owner, microEur }: { readonly owner: string; readonly microEur: bigint }): Promise<'booked'> {
  const store = createLedgerStore(tx)
  const verified = await store.balanceOf(creditsVerified(owner), 'micro-eur-credits')
  const needed = sale.transfers.find(({ from }) => from === PLATFORM_REVENUE)?.amount ?? 0n
  if (verified < microEur) throw short(`${inEur(verified)} of credits are verified, and ${inEur(microEur)} were to be redeemed.`)
  if ((await store.balanceOf(PLATFORM_REVENUE, 'micro-usd')) < needed)
    throw short('The platform has not earned yet what these credits are redeemed for. Redeem less, or later.')
  await store.book(sale)
  return 'booked'
}

const short = (why: string) => new WindfallError('funds.insufficient', `${why} Nothing was redeemed, and credits do not expire.`)

const inEur = (microEur: bigint): string => `€${microEur / 1_000_000n}.${String(microEur % 1_000_000n).padStart(6, '0')}`

/** Turns verified credits into confirmed money, once per redemption id, at the rate of that moment. Errors: those of a sale, and `funds.insufficient`. */
export async function redeemCredits(tx: Tx, order: RedemptionOrder & { readonly nodeId: string }): Promise<'booked' | 'duplicate'> {
  const { nodeId, redemptionId, microEur } = order
  if (await createLedgerStore(tx).isBooked(nodeRedemption(nodeId, redemptionId))) return 'duplicate'
  return bookSale(tx, saleOf(order, creditsSold), { owner: nodeOwner(nodeId), microEur })
}

/** Spends verified credits of the community fund on a purpose, once per redemption id. Errors: as those of a node, and `conflict` for another sale of that id. */
export async function redeemCommunityCredits(tx: Tx, order: RedemptionOrder & { readonly purpose: string }): Promise<'booked' | 'duplicate'> {
  const { redemptionId, microEur, purpose } = order
  const [before] = await createReadingStore(tx).named([communityRedemption(redemptionId)])
  if (!before) return bookSale(tx, saleOf(order, communityCreditsSold), { owner: COMMUNITY_FUND, microEur })
  if (before.note?.startsWith(`${purpose} (`) && before.transfers.some(({ asset, amount }) => asset === 'micro-eur-credits' && amount === microEur))
    return 'duplicate'
  throw new WindfallError('conflict', `The redemption ${redemptionId} was another one: ${before.note ?? ''}. Choose a new id.`)
}

export interface CommunityFund {
  readonly pending: bigint
  readonly verified: bigint
  readonly redeemed: bigint
  /** What they were spent for so far, micro-USD. */
  readonly spent: bigint
}

/** What the community fund has, and what was spent of it. */
export async function communityFund(db: Db | Tx): Promise<CommunityFund> {
  const names = [creditsPending, creditsVerified, creditsRedeemed].map((name) => name(COMMUNITY_FUND))
  const held = await createLedgerStore(db).balancesOf(names, 'micro-eur-credits')
  const [pending = 0n, verified = 0n, redeemed = 0n] = names.map((name) => held.get(name) ?? 0n)
  return { pending, verified, redeemed, spent: await createLedgerStore(db).balanceOf(EXTERNAL_COMMUNITY, 'micro-usd') }
}
