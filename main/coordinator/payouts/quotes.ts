import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { nodePayoutCalls } from '../../../shared/contract/payout.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type Lamports, type MicroUsd, lamports, microUsd } from '../../../shared/units.ts'
import { transact } from '../persistence/database.ts'
import { type PayAsset, bookedAsset, wireAsset } from './assets.ts'
import { viewOfQuote } from './claims.ts'
import type { PayoutDeps } from './deps.ts'
import { lookAt } from './hygiene.ts'
import { NOTHING } from './limits.ts'
import { pauseOf } from './pause.ts'
import { type Quote, createQuotesStore } from './quotes.store.ts'
import { feeNow, rentNow } from './purse.ts'
import { type Rate, rateText, toMicroUsd, toUnits } from './rate.ts'
import { hourCap, roomFor } from './room.ts'
import { createTermsStore } from './terms.store.ts'

type Calls = typeof nodePayoutCalls

/** For how long a quote binds, milliseconds: time to read it, not to speculate with it. */
const QUOTE_MS = 300_000

const refuse = (why: string): never => {
  throw new WindfallError('payout.refused', why)
}

const dollars = (amount: bigint): string => `$${amount / 1_000_000n}.${String(amount % 1_000_000n).padStart(6, '0')}`

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other)

interface Costs {
  readonly fee: Lamports
  readonly rent: Lamports
  /** What a wallet that does not exist yet needs at least; 0 of one that does. */
  readonly existence: Lamports
}

/** What a transaction of its own for this address would cost. Error: `payout.refused` for an address that cannot be paid. */
async function costsOf(deps: PayoutDeps, address: string, asset: PayAsset): Promise<Costs> {
  const verdict = await lookAt(deps, address, asset)
  if (!verdict.payable) return refuse(`The payout address cannot be paid: ${verdict.reason} Set another one; the money stays yours.`)
  const fee = await feeNow(deps)
  if (fee === null) throw new WindfallError('chain.unavailable', 'The Solana endpoint does not say what a transaction costs. Try again in a moment.')
  const rent = verdict.isNew ? await rentNow(deps, asset) : NOTHING
  return asset === 'lamports' ? { fee, rent: NOTHING, existence: rent } : { fee, rent, existence: NOTHING }
}

/** How much is to be paid: what was asked for, or everything that may go at once. Errors: `payout.refused`, `funds.insufficient`. */
async function amountFor(deps: PayoutDeps, { nodeId, address, asked }: { nodeId: string; address: string; asked: MicroUsd | null }): Promise<MicroUsd> {
  const { confirmed } = await deps.books.earningsOf(deps.db, nodeId)
  if (confirmed === 0n) return refuse('Nothing is confirmed yet that could be paid out. Earnings are confirmed when their proofs are accepted.')
  const most = smaller(await roomFor(deps.db, deps, address), hourCap(deps, await deps.rate()))
  if (most === 0n) return refuse('This address has been paid as much as may go to one address in a day. Ask again tomorrow; nothing expires.')
  if (asked === null) return microUsd(smaller(confirmed, most))
  if (asked > confirmed) throw new WindfallError('funds.insufficient', `This node has ${dollars(confirmed)} confirmed. Ask for that or less.`)
  return asked > most ? refuse(`At most ${dollars(most)} can be paid to this address today. Ask for that or less.`) : asked
}

interface Priced {
  readonly asset: PayAsset
  readonly address: string
  readonly total: MicroUsd
  readonly rate: Rate
}

/** What arrives once the costs are taken off. Error: `payout.refused` if that is nothing, or too little for the chain. */
function price(
  { asset, total, rate }: Priced,
  { fee, rent, existence }: Costs,
): Pick<Quote, 'feeMicroUsd' | 'feeLamports' | 'rentMicroUsd' | 'rentLamports' | 'amount'> {
  const [feeMicroUsd, rentMicroUsd] = [toMicroUsd(fee, rate), toMicroUsd(rent, rate)]
  const costs = `The transaction costs ${dollars(feeMicroUsd)}${rent === 0n ? '' : `, and a USDC account for this address ${dollars(rentMicroUsd)}`}`
  const rest = total - feeMicroUsd - rentMicroUsd
  const amount = rest > 0n ? toUnits(asset, microUsd(rest), rate) : 0n
  if (amount === 0n) return refuse(`${costs}: more than the ${dollars(total)} it would pay. Ask for more, or wait until it is worth it; nothing expires.`)
  if (amount < existence)
    return refuse(
      `This wallet does not exist on chain yet, and Solana asks ${dollars(toMicroUsd(existence, rate))} of its first payment. ${costs}. Ask for ${dollars(toMicroUsd(lamports(existence + fee), rate))} or more.`,
    )
  return { feeMicroUsd, feeLamports: fee, rentMicroUsd, rentLamports: rent, amount }
}

/** What owners ask about how they are paid. */
export function createQuotes(deps: PayoutDeps) {
  const { db, clock, ids } = deps
  const terms = async (nodeId: string): Promise<OutputOf<Calls['getPayoutTerms']>> => {
    const { asset, automatic, minimum } = await createTermsStore(db).of(nodeId)
    const { confirmed, paying } = await deps.books.earningsOf(db, nodeId)
    return {
      asset: wireAsset(asset),
      assets: deps.usdc ? ['sol', 'usdc'] : ['sol'],
      automatic,
      minimumMicroUsd: minimum === null ? null : String(minimum),
      leastMicroUsd: String(toMicroUsd(deps.settings.threshold, await deps.rate())),
      address: await deps.addressOf(db, nodeId),
      confirmedMicroUsd: String(confirmed),
      payingMicroUsd: String(paying),
      paused: (await pauseOf(db, deps))?.reason ?? null,
      cluster: deps.cluster,
    }
  }
  const requireOffered = (asset: PayAsset): PayAsset =>
    asset === 'lamports' || deps.usdc ? asset : refuse('This coordinator does not pay in USDC. Choose sol.')
  return {
    terms,
    async setTerms(nodeId: string, wanted: InputOf<Calls['setPayoutTerms']>): Promise<OutputOf<Calls['setPayoutTerms']>> {
      await transact(db, async (tx) => {
        const store = createTermsStore(tx)
        const before = await store.of(nodeId)
        const asset = wanted.asset === undefined ? before.asset : requireOffered(bookedAsset(wanted.asset))
        const minimum =
          wanted.minimumMicroUsd === undefined ? before.minimum : wanted.minimumMicroUsd === null ? null : microUsd(BigInt(wanted.minimumMicroUsd))
        const after = { asset, automatic: wanted.automatic ?? before.automatic, minimum }
        if (after.asset === before.asset && after.automatic === before.automatic && after.minimum === before.minimum) return
        await store.save(nodeId, after, clock.now())
        await deps.decide(tx, 'payout.terms', {
          nodeId,
          asset: wireAsset(asset),
          automatic: after.automatic,
          minimumMicroUsd: minimum === null ? null : String(minimum),
        })
      })
      return terms(nodeId)
    },
    async quote(nodeId: string, wanted: InputOf<Calls['quotePayout']>): Promise<OutputOf<Calls['quotePayout']>> {
      const pause = await pauseOf(db, deps)
      if (pause) return refuse(`Payouts are paused: ${pause.reason} The money stays yours, and nothing expires.`)
      const address = await deps.addressOf(db, nodeId)
      if (address === null) return refuse('This node has no payout address. Set one first; the money waits for it.')
      const asset = requireOffered(wanted.asset === undefined ? (await createTermsStore(db).of(nodeId)).asset : bookedAsset(wanted.asset))
      const rate = await deps.rate()
      const total = await amountFor(deps, { nodeId, address, asked: wanted.microUsd === null ? null : microUsd(BigInt(wanted.microUsd)) })
      const parts = price({ asset, address, total, rate }, await costsOf(deps, address, asset))
      const expiresAt = clock.now() + QUOTE_MS
      const quote = {
        id: ids.next(),
        nodeId,
        asset,
        address,
        microUsd: total,
        ...parts,
        microUsdPerSol: rate.microUsdPerSol,
        rate: rateText(rate, asset),
        expiresAt,
      }
      await transact(db, async (tx) => {
        await createQuotesStore(tx).forget(clock.now() - QUOTE_MS)
        await createQuotesStore(tx).add(quote)
      })
      return viewOfQuote(quote, deps.cluster)
    },
  }
}
