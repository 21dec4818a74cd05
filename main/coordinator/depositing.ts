import { toBase58 } from '../../shared/domain/base58.ts'
import { LAMPORTS_PER_SOL, microUsd } from '../../shared/units.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Chain } from '../chain/chain.ts'
import { usdcMintOf } from '../chain/cluster.ts'
import type { Wallet } from '../chain/wallet.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorEvents } from './events.ts'
import { type Deposits, type FundingDeps, createDeposits } from './funding/deposits.ts'
import { lookForPayments } from './funding/watch.ts'
import { deposit } from './ledger/requester-money.ts'
import { rateText } from './payouts/rate.ts'
import type { Db } from './persistence/database.ts'

interface DepositingDeps extends Pick<FundingDeps, 'cluster' | 'decide'> {
  readonly config: Pick<CoordinatorConfig, 'microUsdPerSol' | 'usdcMint'>
  readonly db: Db
  /** The database as what runs by itself writes to it. */
  readonly loopDb: Db
  readonly chain: Pick<Chain, 'historyOf' | 'transaction'>
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'sleep'>
  readonly wallet: Pick<Wallet, 'address'>
  readonly random: (bytes: number) => Uint8Array
  readonly events: Pick<CoordinatorEvents, 'depositCredited' | 'depositHeld' | 'depositsUnseen'>
}

const LOOK_MS = 5_000
/** What is late, or paid twice, is nothing that anybody waits for; endpoints count how often they are asked. */
const LOOK_AT_ALL_MS = 60_000

/** What requesters pay in on Solana: the requests, and the loop that finds what arrived. */
export function createDepositing(deps: DepositingDeps): { readonly calls: Deposits; readonly run: Run } {
  const { config, clock, cluster, events } = deps
  const rate = { microUsdPerSol: microUsd(config.microUsdPerSol), source: 'fixed by the operator' }
  const funding: FundingDeps = {
    ...deps,
    recipient: deps.wallet.address,
    newReference: () => toBase58(deps.random(32)),
    usdcMint: config.usdcMint ?? usdcMintOf(cluster),
    priceOf: async (asset, amount) => ({
      units: asset === 'usdc' ? amount : (amount * LAMPORTS_PER_SOL + rate.microUsdPerSol - 1n) / rate.microUsdPerSol,
      rate: rateText({ ...rate, at: clock.now() }, asset === 'usdc' ? 'micro-usdc' : 'lamports'),
    }),
    credit: async (tx, paid) => void (await deposit(tx, { ...paid, at: clock.now() })),
  }
  const watch = { ...funding, db: deps.loopDb, chain: deps.chain, credited: events.depositCredited, held: events.depositHeld }
  return {
    calls: createDeposits(funding),
    async run(signal) {
      let allAt = -Infinity
      do {
        const what = clock.monotonic() - allAt >= LOOK_AT_ALL_MS ? 'everything' : 'awaited'
        if (what === 'everything') allAt = clock.monotonic()
        await lookForPayments(watch, what).catch((error: unknown) => events.depositsUnseen(messageOf(error)))
      } while (await clock.sleep(LOOK_MS, signal))
    },
  }
}
