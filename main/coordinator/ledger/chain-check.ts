import type { LedgerCheck } from '../../../shared/contract/ledger.ts'
import { WindfallError } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Db } from '../persistence/database.ts'
import { type Asset, TREASURY } from './accounts.ts'
import { createLedgerStore } from './ledger.store.ts'

/** What the cluster says of the hot wallet for good, in one asset. */
export interface Holding {
  readonly asset: Extract<Asset, 'lamports' | 'micro-usdc'>
  readonly address: string
  readonly onChain: bigint
  /** What is on its way out of it, and may have left already. */
  readonly underWay: bigint
}

interface ChainCheckDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'sleep'>
  readonly shutdown: AbortSignal
  /** Error: `chain.unavailable`. */
  readonly holdings: () => Promise<readonly Holding[]>
}

/** What has just arrived is booked within seconds; nothing is wrong with the books before that. */
const LOOKS = 6
const PAUSE_MS = 2_000

interface Compared extends Holding {
  /** What the books said before and after the cluster was asked. */
  readonly booked: readonly [before: bigint, after: bigint]
}

/** Whether the books explain what the cluster says: all of it, less what is on its way. */
export function isExplained({ onChain, underWay, booked: [before, after] }: Pick<Compared, 'onChain' | 'underWay' | 'booked'>): boolean {
  const [low, high] = before < after ? [before, after] : [after, before]
  return onChain >= low - underWay && onChain <= high
}

async function compare({ db, holdings }: ChainCheckDeps): Promise<Compared[]> {
  const booked = async (asset: Asset): Promise<bigint> => createLedgerStore(db).balanceOf(TREASURY, asset)
  const before = { lamports: await booked('lamports'), 'micro-usdc': await booked('micro-usdc') }
  const compared: Compared[] = []
  for (const holding of await holdings()) compared.push({ ...holding, booked: [before[holding.asset], await booked(holding.asset)] })
  return compared
}

/**
 * Holds the books against the hot wallet: looks again for a while if they disagree, as they do for a moment when something arrives. `chain` is `null` if
 * the cluster does not answer.
 */
export async function checkChain(deps: ChainCheckDeps): Promise<Pick<LedgerCheck, 'chain' | 'findings'>> {
  try {
    let compared = await compare(deps)
    for (let look = 1; look < LOOKS && !compared.every(isExplained) && (await deps.clock.sleep(PAUSE_MS, deps.shutdown)); look += 1)
      compared = await compare(deps)
    return { chain: compared.map(wireOf), findings: compared.filter((one) => !isExplained(one)).map(findingOf) }
  } catch (error) {
    if (error instanceof WindfallError && error.code === 'chain.unavailable') return { chain: null, findings: [] }
    throw error
  }
}

const wireOf = ({ asset, address, onChain, underWay, booked: [, after] }: Compared) => ({
  asset,
  address,
  onChain: String(onChain),
  inBooks: String(after),
  underWay: String(underWay),
})

const findingOf = ({ asset, address, onChain, underWay, booked: [, after] }: Compared): string =>
  `The hot wallet ${address} holds ${onChain} ${asset}; the books say ${after}, of which ${underWay} are on their way. See what it did in an explorer.`
