import { type MicroUsd, microUsd } from '../../../shared/units.ts'
import { type Tx, transact } from '../persistence/database.ts'
import type { PayAsset } from './assets.ts'
import type { Item } from './batch.ts'
import { itemOf } from './claims.ts'
import { type Claim, createClaimsStore } from './claims.store.ts'
import type { PayoutDeps } from './deps.ts'
import { type WalletVerdict, lookAt } from './hygiene.ts'
import { giveBack } from './outcome.ts'
import { batchSize, inPieces } from './plan.ts'
import { balanceOf, budgetIn } from './purse.ts'
import { toUnits } from './rate.ts'
import { hourCap, roomForClaims } from './room.ts'
import { writeBatch } from './write-plan.ts'

/** Claims that are looked at in one pass. */
const AT_ONCE = 200

/** The most that may ever go at a time, by the caps and the rate as they are now; of SOL also in lamports, which a claim was promised at the rate of its quote. */
interface MostAtOnce {
  readonly microUsd: MicroUsd
  readonly lamports: bigint
}

async function mostAtOnce(deps: PayoutDeps): Promise<MostAtOnce> {
  const [hour, day] = [hourCap(deps, await deps.rate()), deps.settings.maxPerDay]
  return { microUsd: hour < day ? hour : day, lamports: deps.settings.maxPerHour }
}

const isTooMuch = (quote: Claim['quote'], most: MostAtOnce): boolean =>
  quote.microUsd > most.microUsd || (quote.asset === 'lamports' && mostUnits(quote) > most.lamports)

/** Why a claim cannot be paid after all; `null` if it can. An account that has gone since was not paid for. */
function hindrance({ quote }: Claim, verdict: WalletVerdict, most: MostAtOnce): string | null {
  if (isTooMuch(quote, most)) return 'It is more than may leave the hot wallet at a time, since that was lowered or the rate has changed. Claim less.'
  if (!verdict.payable) return `The payout address cannot be paid: ${verdict.reason}`
  const isUnpaid = verdict.isNew && quote.asset === 'micro-usdc' && quote.rentLamports === 0n
  return isUnpaid ? 'Its USDC account has been closed since the quote. Ask for a new quote.' : null
}

/** A claim's payout in a transaction that it shares with others: it bears its share of the fee, and no rent that is not needed. */
function itemIn(claim: Claim, { sharers, opens }: { readonly sharers: number; readonly opens: boolean }): Item {
  const { quote } = claim
  const feeMicroUsd = microUsd((quote.feeMicroUsd + BigInt(sharers) - 1n) / BigInt(sharers))
  const rent = opens
    ? { rentMicroUsd: quote.rentMicroUsd, rentLamports: quote.rentLamports }
    : { rentMicroUsd: microUsd(0n), rentLamports: 0n as Item['rentLamports'] }
  const rest = microUsd(quote.microUsd - feeMicroUsd - rent.rentMicroUsd)
  const rate = { microUsdPerSol: quote.microUsdPerSol, source: '', at: 0 }
  return { ...itemOf(claim), feeMicroUsd, ...rent, amount: toUnits(quote.asset, rest, rate) }
}

interface Judged {
  readonly claim: Claim
  readonly opens: boolean
}

/** Gives a claim's money back, with the reason. */
const dismiss = (deps: PayoutDeps, claim: Claim, reason: string): Promise<void> =>
  transact(deps.db, async (tx) => {
    if (!(await createClaimsStore(tx).endWaiting(claim.id, { at: deps.clock.now(), failure: reason }))) return
    deps.events.refused(claim.quote.address, reason)
    await giveBack(tx, deps, { batch: { asset: claim.quote.asset, rate: claim.quote.rate, items: [itemOf(claim)] }, reason, signature: null })
  })

async function judged(deps: PayoutDeps, claims: readonly Claim[]): Promise<Judged[]> {
  const good: Judged[] = []
  const most = await mostAtOnce(deps)
  for (const claim of claims) {
    const verdict = await lookAt(deps, claim.quote.address, claim.quote.asset)
    const reason = hindrance(claim, verdict, most)
    if (reason === null) good.push({ claim, opens: verdict.payable && verdict.isNew && claim.quote.asset === 'micro-usdc' })
    else await dismiss(deps, claim, reason)
  }
  return good
}

/** Oldest first, as far as the hot wallet and the caps go. */
async function affordable(
  tx: Tx,
  deps: PayoutDeps,
  { asset, claims, balance }: { asset: PayAsset; claims: readonly Judged[]; balance: bigint },
): Promise<Judged[]> {
  let left = await budgetIn(tx, deps, { asset, balance })
  let room: bigint = (await roomForClaims(tx, deps, await deps.rate())).all
  return claims.filter(({ claim: { quote } }) => {
    const most = mostUnits(quote)
    if (most > left || quote.microUsd > room) return false
    left -= most
    room -= quote.microUsd
    return true
  })
}

/** The most that a claim may come to: what it saves of a shared fee arrives too. */
const mostUnits = ({ asset, microUsd: total, rentMicroUsd, microUsdPerSol }: Claim['quote']): bigint =>
  toUnits(asset, microUsd(total - rentMicroUsd), { microUsdPerSol, source: '', at: 0 })

async function writeClaims(
  tx: Tx,
  deps: PayoutDeps,
  { asset, claims, balance }: { asset: PayAsset; claims: readonly Judged[]; balance: bigint },
): Promise<void> {
  const store = createClaimsStore(tx)
  const chosen = await affordable(tx, deps, { asset, claims, balance })
  for (const opens of [true, false]) {
    for (const piece of inPieces(
      chosen.filter((one) => one.opens === opens),
      batchSize(asset, opens),
    )) {
      const mine: Claim[] = []
      for (const { claim } of piece) if (await store.endWaiting(claim.id, { at: deps.clock.now() })) mine.push(claim)
      // One account is opened for a wallet, whoever is paid to it.
      const opener = new Map(mine.toReversed().map((claim) => [claim.quote.address, claim.id]))
      const items = mine.map((claim) => itemIn(claim, { sharers: mine.length, opens: opens && opener.get(claim.quote.address) === claim.id }))
      if (items.length > 0) await writeBatch(tx, deps, { asset, rate: 'as quoted', items })
    }
  }
}

/** Puts claims that wait into batches; their money has been on its way since they were made. */
export async function planClaims(deps: PayoutDeps): Promise<void> {
  const waiting = await createClaimsStore(deps.db).waiting()
  if (waiting.length === 0) return
  for (const asset of ['lamports', 'micro-usdc'] as const) {
    const claims = await judged(deps, waiting.filter(({ quote }) => quote.asset === asset).slice(0, AT_ONCE))
    if (claims.length === 0) continue
    const balance = await balanceOf(deps, asset)
    await transact(deps.db, (tx) => writeClaims(tx, deps, { asset, claims, balance }))
  }
}
