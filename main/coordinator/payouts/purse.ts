import { TOKEN_ACCOUNT_BYTES, readTokenAccount, tokenAddress } from '../../chain/tokens.ts'
import { memoInstruction } from '../../chain/instructions.ts'
import { type Lamports, lamports } from '../../../shared/units.ts'
import type { Tx } from '../persistence/database.ts'
import type { PayAsset } from './assets.ts'
import type { PayoutDeps } from './deps.ts'
import { NOTHING, budgetOf } from './limits.ts'
import { createPayoutsStore } from './payouts.store.ts'

const HOUR_MS = 3_600_000

/** Where the hot wallet keeps its USDC; `null` where nobody is paid in it. */
export const usdcAccountOf = ({ usdc, chain, wallet }: Pick<PayoutDeps, 'usdc' | 'chain' | 'wallet'>): string | null =>
  usdc && tokenAddress(wallet.address, usdc.mint, chain.isOnCurve)

/** What the chain says the hot wallet holds of an asset, confirmed. */
export async function balanceOf(deps: Pick<PayoutDeps, 'usdc' | 'chain' | 'wallet'>, asset: PayAsset): Promise<bigint> {
  if (asset === 'lamports') return (await deps.chain.account(deps.wallet.address))?.lamports ?? 0n
  const address = usdcAccountOf(deps)
  const account = address === null ? null : await deps.chain.accountData(address, 'confirmed')
  return (account && readTokenAccount(account)?.amount) ?? 0n
}

export const bookedOf = (tx: Tx, { books }: Pick<PayoutDeps, 'books'>, asset: PayAsset): Promise<bigint> =>
  asset === 'lamports' ? books.treasury(tx) : books.usdcTreasury(tx)

/** What may be planned of an asset now, as far as what there is of it goes, and for lamports the hour's cap in them: a wrong rate cannot pay more. */
export async function budgetIn(tx: Tx, deps: PayoutDeps, { asset, balance }: { readonly asset: PayAsset; readonly balance: bigint }): Promise<bigint> {
  const store = createPayoutsStore(tx)
  const { maxPerHour, reserve } = deps.settings
  const outflow = {
    balance,
    treasury: await bookedOf(tx, deps, asset),
    inFlight: await store.inFlight(asset),
    plannedLastHour: asset === 'lamports' ? await store.plannedSince(deps.clock.now() - HOUR_MS, asset) : NOTHING,
  }
  return budgetOf(outflow, asset === 'lamports' ? { maxPerHour, reserve } : { maxPerHour: null, reserve: NOTHING })
}

/** Fee of one transaction with one signature, as the cluster charges it today; `null` if it does not say. */
export async function feeNow({ chain, wallet }: Pick<PayoutDeps, 'chain' | 'wallet'>): Promise<Lamports | null> {
  const { blockhash } = await chain.latestBlockhash()
  return chain.fee(chain.compile(wallet.address, [memoInstruction('fee', wallet.address)], blockhash))
}

/** What a wallet needs to exist, or in USDC its token account. */
export const rentNow = ({ chain }: Pick<PayoutDeps, 'chain'>, asset: PayAsset): Promise<Lamports> =>
  chain.minRent(asset === 'lamports' ? 0 : TOKEN_ACCOUNT_BYTES).then(lamports)

export interface Holding {
  readonly asset: PayAsset
  /** The account it lies in. */
  readonly address: string
  /** Finalized; the books know nothing younger. */
  readonly onChain: bigint
  /** Planned or sent, and not known to be final: by so much the two may differ for a moment. */
  readonly underWay: bigint
}

async function tokensHeld({ chain }: Pick<PayoutDeps, 'chain'>, address: string): Promise<bigint> {
  const account = await chain.accountData(address, 'finalized')
  return (account && readTokenAccount(account)?.amount) ?? 0n
}

/** What the chain says for good that the hot wallet holds. Error: `chain.unavailable`. */
export async function holdingsOf(deps: PayoutDeps): Promise<Holding[]> {
  const { chain, wallet, db } = deps
  const store = createPayoutsStore(db)
  const onChain = (await chain.accountData(wallet.address, 'finalized'))?.lamports ?? 0n
  const sol: Holding = { asset: 'lamports', address: wallet.address, onChain, underWay: await store.inFlight('lamports') }
  const address = usdcAccountOf(deps)
  if (address === null) return [sol]
  return [sol, { asset: 'micro-usdc', address, onChain: await tokensHeld(deps, address), underWay: await store.inFlight('micro-usdc') }]
}
