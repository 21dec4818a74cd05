import type { PayoutStatus } from '../../../shared/contract/payout-admin.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { type Db, type Tx, transact } from '../persistence/database.ts'
import { type PayAsset, wireAsset } from './assets.ts'
import { createClaimsStore } from './claims.store.ts'
import type { PayoutDeps } from './deps.ts'
import { pauseOf } from './pause.ts'
import { createPayoutsStore } from './payouts.store.ts'
import { balanceOf, bookedOf } from './purse.ts'
import { refillNeeded } from './refill.ts'
import { hourCap, lastHour, recipientsOf } from './room.ts'

/** What the chain says the hot wallet holds; `null` while no endpoint answers. */
async function balanceOrNothing(deps: PayoutDeps, asset: PayAsset): Promise<bigint | null> {
  try {
    return await balanceOf(deps, asset)
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'chain.unavailable') return null
    throw error
  }
}

interface Purse {
  readonly asset: PayAsset
  readonly balance: bigint | null
  readonly booked: bigint
  readonly inFlight: bigint
  readonly claimed: bigint
}

const purseOf = async (tx: Tx, deps: PayoutDeps, { asset, balance }: { asset: PayAsset; balance: bigint | null }): Promise<Purse> => ({
  asset,
  balance,
  booked: await bookedOf(tx, deps, asset),
  inFlight: await createPayoutsStore(tx).inFlight(asset),
  claimed: await createClaimsStore(tx).waitingAmount(asset),
})

/** What the hot wallet holds of each asset it pays in, by chain and by the books. */
export async function pursesOf(deps: PayoutDeps): Promise<Purse[]> {
  const assets: PayAsset[] = deps.usdc ? ['lamports', 'micro-usdc'] : ['lamports']
  const balances = await Promise.all(assets.map(async (asset) => ({ asset, balance: await balanceOrNothing(deps, asset) })))
  return transact(deps.db, async (tx) => {
    const purses: Purse[] = []
    for (const one of balances) purses.push(await purseOf(tx, deps, one))
    return purses
  })
}

/** Why the hot wallet has to be refilled; `null` while it holds enough, or nobody knows what it holds. */
export function refillOf(purses: readonly Purse[], settings: PayoutDeps['settings']): string | null {
  const [sol, usdc] = (['lamports', 'micro-usdc'] as const).map((asset) => {
    const purse = purses.find((one) => one.asset === asset)
    return purse && purse.balance !== null ? { ...purse, balance: purse.balance } : null
  })
  return sol ? refillNeeded(sol, usdc ?? null, settings) : null
}

async function capsOf(db: Db, deps: PayoutDeps): Promise<PayoutStatus['caps']> {
  const { maxPerDay, maxPerRecipient, approvalAbove } = deps.settings
  const day = [...(await recipientsOf(db, deps)).values()].reduce((sum, one) => sum + one, 0n)
  return {
    hour: { usedMicroUsd: String(await lastHour(db, deps)), maxMicroUsd: String(hourCap(deps, await deps.rate())) },
    day: { usedMicroUsd: String(day), maxMicroUsd: String(maxPerDay) },
    recipientDayMicroUsd: String(maxPerRecipient),
    approvalAboveMicroUsd: approvalAbove === null ? null : String(approvalAbove),
  }
}

/** Everything an operator asks of payouts at a glance. `trouble` is why the last pass in this process failed. */
export async function statusOf(deps: PayoutDeps, trouble: string | null): Promise<PayoutStatus> {
  const { db, settings } = deps
  const purses = await pursesOf(deps)
  const pause = await pauseOf(db, deps)
  const refill = refillOf(purses, settings)
  const open = await createPayoutsStore(db).openBatches()
  return {
    cluster: deps.cluster,
    hotWallet: deps.wallet.address,
    paused: pause && { ...pause, since: pause.since === null ? null : toIso(pause.since) },
    trouble,
    purses: purses.map(({ asset, balance, booked, inFlight }) => ({
      asset: wireAsset(asset),
      balance: balance === null ? null : String(balance),
      booked: String(booked),
      inFlight: String(inFlight),
    })),
    refill: { needed: refill !== null, message: refill ?? (purses[0]?.balance === null ? 'No Solana endpoint answers.' : 'The hot wallet holds enough.') },
    waiting: {
      claims: (await createClaimsStore(db).waiting()).length,
      approvals: open.filter(({ approvalsMissing }) => approvalsMissing > 0).length,
      open: open.length,
    },
    caps: await capsOf(db, deps),
  }
}
