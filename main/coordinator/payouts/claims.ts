import type { InputOf, OutputOf } from '../../../shared/contract/define.ts'
import type { nodePayoutCalls } from '../../../shared/contract/payout.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { wireAsset } from './assets.ts'
import type { Item } from './batch.ts'
import { type Claim, type ClaimedPayout, createClaimsStore } from './claims.store.ts'
import type { PayoutDeps } from './deps.ts'
import { amountsOf, announce } from './outcome.ts'
import { pauseOf } from './pause.ts'
import { type Quote, createQuotesStore } from './quotes.store.ts'
import { roomFor } from './room.ts'

type Calls = typeof nodePayoutCalls
type View = OutputOf<Calls['getPayoutClaim']>

export const viewOfQuote = (quote: Quote, cluster: string): View['quote'] => ({
  quoteId: quote.id,
  asset: wireAsset(quote.asset),
  address: quote.address,
  microUsd: String(quote.microUsd),
  feeMicroUsd: String(quote.feeMicroUsd),
  feeLamports: String(quote.feeLamports),
  rentMicroUsd: String(quote.rentMicroUsd),
  rentLamports: String(quote.rentLamports),
  amount: String(quote.amount),
  rate: quote.rate,
  cluster,
  expiresAt: toIso(quote.expiresAt),
})

const viewOf = (claim: Claim, payout: ClaimedPayout | undefined, cluster: string): View => ({
  claimId: claim.id,
  payoutId: claim.payoutId,
  quote: viewOfQuote(claim.quote, cluster),
  state: claim.failure === null ? (payout?.state ?? 'planned') : 'failed',
  signature: payout?.signature ?? null,
  feeMicroUsd: payout ? String(payout.feeMicroUsd) : null,
  amount: payout ? String(payout.amount) : null,
  createdAt: toIso(claim.createdAt),
  updatedAt: toIso(payout?.updatedAt ?? claim.plannedAt ?? claim.createdAt),
})

/** A claim's payout as it is on its way: with the fee of its quote until it shares a transaction. */
export const itemOf = ({ id, payoutId, quote }: Claim): Item => ({
  id: payoutId,
  nodeId: quote.nodeId,
  address: quote.address,
  microUsd: quote.microUsd,
  amount: quote.amount,
  feeMicroUsd: quote.feeMicroUsd,
  rentMicroUsd: quote.rentMicroUsd,
  rentLamports: quote.rentLamports,
  claimId: id,
  rate: quote.rate,
})

const refuse = (why: string, next = 'Ask for a new quote; nothing was taken.'): never => {
  throw new WindfallError('payout.refused', `${why} ${next}`)
}

interface Wanted {
  readonly nodeId: string
  readonly claimId: string
  readonly quoteId: string
}

/** The quote a claim may take. Errors: `not-found`, `conflict`, `payout.refused`. */
async function takeable(tx: Tx, deps: PayoutDeps, { nodeId, quoteId }: Wanted): Promise<Quote> {
  const quote = await createQuotesStore(tx).get(nodeId, quoteId)
  if (!quote) throw new WindfallError('not-found', `There is no quote ${quoteId} for this node. Ask for a new one; nothing was taken.`)
  const taken = await createClaimsStore(tx).claimOfQuote(quoteId)
  if (taken !== null) throw new WindfallError('conflict', `This quote was taken by the claim ${taken}. Ask for a new one for another payout.`)
  if (quote.expiresAt < deps.clock.now()) refuse('This quote has expired.')
  if ((await deps.addressOf(tx, nodeId)) !== quote.address) refuse('The payout address has changed since.')
  const pause = await pauseOf(tx, deps)
  if (pause) refuse(`Payouts are paused: ${pause.reason}`, 'Try again later; nothing was taken, and nothing expires.')
  if (quote.microUsd > (await roomFor(tx, deps, quote.address)))
    refuse('This address has been paid as much as may go to one address in a day.', 'Try again tomorrow; nothing was taken.')
  return quote
}

/** Moves the money of a new claim, which from then on is on its way. Errors: as `takeable`, and `funds.insufficient`. */
async function make(tx: Tx, deps: PayoutDeps, wanted: Wanted): Promise<void> {
  const quote = await takeable(tx, deps, wanted)
  const at = deps.clock.now()
  const claim = { id: wanted.claimId, payoutId: deps.ids.next(), quote, createdAt: at, plannedAt: null, failure: null }
  const item = itemOf(claim)
  const { confirmed } = await deps.books.earningsOf(tx, wanted.nodeId)
  if (confirmed < quote.microUsd)
    throw new WindfallError('funds.insufficient', 'Part of what was quoted has been paid out meanwhile. Ask for a new quote; nothing was taken.')
  await createClaimsStore(tx).addClaim({ id: claim.id, nodeId: wanted.nodeId, quoteId: quote.id, payoutId: claim.payoutId, at })
  await deps.books.planned(tx, amountsOf({ asset: quote.asset, item, at }))
  await deps.decide(tx, 'payout.claimed', { nodeId: wanted.nodeId, claimId: claim.id, payoutId: claim.payoutId, microUsd: String(quote.microUsd) })
  await announce(tx, deps, { batch: { asset: quote.asset, rate: quote.rate, items: [item] }, state: 'planned', signature: null })
}

/** What owners ask about their claims. A claim is made once, whatever happens to whom made it or to the coordinator. `onClaimed` has it paid at once. */
export function createClaims(deps: PayoutDeps, onClaimed: () => void = () => {}) {
  const show = async (db: Db | Tx, nodeId: string, claimId: string): Promise<View | null> => {
    const store = createClaimsStore(db)
    const claim = await store.claim(claimId)
    return claim && claim.quote.nodeId === nodeId ? viewOf(claim, (await store.payoutsOf([claimId])).get(claimId), deps.cluster) : null
  }
  return {
    async claim(nodeId: string, { claimId, quoteId }: InputOf<Calls['claimPayout']>): Promise<View> {
      const made = await transact(deps.db, async (tx) => {
        const known = await createClaimsStore(tx).claim(claimId)
        if (known && (known.quote.nodeId !== nodeId || known.quote.id !== quoteId))
          throw new WindfallError('conflict', `The claim id ${claimId} is taken. Choose another one.`)
        if (!known) await make(tx, deps, { nodeId, claimId, quoteId })
        return (await show(tx, nodeId, claimId)) as View
      })
      onClaimed()
      return made
    },
    async show(nodeId: string, claimId: string): Promise<View> {
      const found = await show(deps.db, nodeId, claimId)
      if (found) return found
      throw new WindfallError('not-found', `This node has made no claim ${claimId}. If it was sent and not answered, send it again: it counts once.`)
    },
    async list(nodeId: string, { after, limit }: InputOf<Calls['listPayoutClaims']>): Promise<OutputOf<Calls['listPayoutClaims']>> {
      const store = createClaimsStore(deps.db)
      const found = await store.claimsOf(nodeId, { after, limit: limit + 1 })
      const page = found.slice(0, limit)
      const payouts = await store.payoutsOf(page.map(({ id }) => id))
      return {
        items: page.map((claim) => viewOf(claim, payouts.get(claim.id), deps.cluster)),
        next: found.length > limit ? (page.at(-1)?.payoutId ?? null) : null,
      }
    },
  }
}
