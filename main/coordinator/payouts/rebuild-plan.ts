import { type MicroUsd, lamports, microUsd } from '../../../shared/units.ts'
import type { ChainTransaction } from '../../chain/chain.ts'
import type { PayAsset } from './assets.ts'
import type { Batch } from './batch.ts'
import { type PayableNode, transfersOf } from './plan.ts'
import { type Rate, toMicroUsd, toUnits } from './rate.ts'

/** One transaction of the hot wallet that the books do not know, as the chain tells it. */
export interface Landed {
  readonly signature: string
  /** Whether it failed: the fee is gone and nothing else moved. */
  readonly hasFailed: boolean
  readonly memo: string | null
  readonly fee: bigint
  /** What the hot wallet gained, fee included, or lost. */
  readonly gain: { readonly lamports: bigint; readonly microUsdc: bigint }
  readonly asset: PayAsset
  /** What wallets got, by their address; of USDC the owners of the accounts. */
  readonly paid: ReadonlyMap<string, bigint>
  /** Lamports that lie in token accounts it opened. */
  readonly rent: bigint
}

interface OwnPlaces {
  readonly wallet: string
  readonly usdcMint: string | null
}

/** Reads a transaction of the hot wallet. Pure. */
export function readLanded(signature: string, transaction: ChainTransaction, { wallet, usdcMint }: OwnPlaces): Landed {
  const tokens = transaction.tokenChanges.filter(({ mint }) => mint === usdcMint)
  const microUsdc = tokens.filter(({ owner }) => owner === wallet).reduce((sum, { change }) => sum + change, 0n)
  const asset: PayAsset = microUsdc < 0n ? 'micro-usdc' : 'lamports'
  const accounts = new Set(tokens.map(({ account }) => account))
  const paid =
    asset === 'micro-usdc'
      ? tokens.filter(({ owner, change }) => owner !== wallet && change > 0n).map(({ owner, change }) => [owner, change] as const)
      : [...transaction.changes].filter(([address, change]) => address !== wallet && change > 0n && !accounts.has(address))
  const rent = [...transaction.changes].filter(([address, change]) => accounts.has(address) && change > 0n).reduce((sum, [, change]) => sum + change, 0n)
  return {
    signature,
    hasFailed: transaction.err !== null,
    memo: transaction.memos[0] ?? null,
    fee: transaction.fee,
    gain: { lamports: transaction.changes.get(wallet) ?? 0n, microUsdc },
    asset,
    paid: new Map(paid),
    rent,
  }
}

/** Whether it did exactly what a batch was to do. */
export function isOfBatch({ asset, paid, hasFailed }: Landed, batch: Pick<Batch, 'asset' | 'items'>): boolean {
  const planned = transfersOf(batch.items)
  return !hasFailed && asset === batch.asset && planned.length === paid.size && planned.every(({ to, amount }) => paid.get(to) === amount)
}

/** Whether nothing of it but the fee was the hot wallet's. */
export const isFeeOnly = ({ gain, fee }: Landed): boolean => gain.lamports === -fee && gain.microUsdc === 0n

interface Share {
  readonly nodeId: string
  readonly address: string
  readonly microUsd: MicroUsd
  readonly amount: bigint
}

export interface Shared {
  readonly shares: readonly Share[]
  /** Recipients that no node is paid to. */
  readonly strangers: readonly string[]
  /** What was paid beyond what the nodes have earned by these books, in units of the asset. */
  readonly excess: bigint
}

/** What nodes got of one payment, the one that is due most first, up to what each has earned. */
function sharesOf(nodes: readonly PayableNode[], amount: bigint, { asset, rate }: { asset: PayAsset; rate: Rate }): Share[] {
  let left = amount
  return nodes
    .toSorted((a, b) => (a.confirmedMicroUsd < b.confirmedMicroUsd ? 1 : -1))
    .flatMap(({ nodeId, address, confirmedMicroUsd }) => {
      const due = toUnits(asset, confirmedMicroUsd, rate)
      const part = due < left ? due : left
      left -= part
      if (part <= 0n) return []
      const worth = asset === 'lamports' ? toMicroUsd(lamports(part), rate) : microUsd(part)
      return [{ nodeId, address, amount: part, microUsd: worth < confirmedMicroUsd ? worth : confirmedMicroUsd }]
    })
}

/** Whose money a payment was of which the books have no batch: that of the nodes that are paid to its recipients. Pure. */
export function shareOut({ asset, paid }: Landed, payable: readonly PayableNode[], rate: Rate): Shared {
  const byAddress = Map.groupBy(payable, ({ address }) => address)
  const shares = [...paid].flatMap(([address, amount]) => sharesOf(byAddress.get(address) ?? [], amount, { asset, rate }))
  const total = [...paid.values()].reduce((sum, one) => sum + one, 0n)
  return {
    shares,
    strangers: [...paid.keys()].filter((address) => !byAddress.has(address)),
    excess: total - shares.reduce((sum, one) => sum + one.amount, 0n),
  }
}
