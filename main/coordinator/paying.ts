import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { lamports, microUsd } from '../../shared/units.ts'
import type { Chain } from '../chain/chain.ts'
import { usdcMintOf } from '../chain/cluster.ts'
import { joinProviders } from '../chain/providers.ts'
import { createSolanaChain } from '../chain/solana.ts'
import type { Wallet } from '../chain/wallet.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Ids } from '../kernel/ids.ts'
import { createLatch } from '../kernel/latch.ts'
import { runAll } from '../kernel/lifecycle.ts'
import type { CoordinatorConfig } from './config.ts'
import type { CoordinatorParts } from './http/parts.ts'
import { confirmedBalances, payoutBooks } from './ledger/ledger.ts'
import { createPayoutAdmin } from './payouts/admin.ts'
import { createClaims } from './payouts/claims.ts'
import type { PayoutDeps, PayoutSettings } from './payouts/deps.ts'
import type { PayoutEvents } from './payouts/events.ts'
import { STOP_FILE } from './payouts/pause.ts'
import { type Payouts, createPayouts, runPayouts } from './payouts/payouts.ts'
import { type Holding, holdingsOf } from './payouts/purse.ts'
import { createQuotes } from './payouts/quotes.ts'
import { createRefillAlarm } from './payouts/refill-alarm.ts'
import { type Db, type Tx, transact } from './persistence/database.ts'
import { dueAnchor, recordAnchor } from './receipts/anchors.ts'
import { createNodesStore } from './registry/nodes.store.ts'
import { createPayoutAddressesStore } from './registry/payout-addresses.store.ts'

export interface PayingDeps {
  readonly config: CoordinatorConfig
  readonly db: Db
  /** The database as what runs by itself writes to it. */
  readonly loopDb: Db
  readonly chain: Chain
  readonly wallet: Wallet
  readonly cluster: string
  readonly clock: Clock
  readonly ids: Ids
  readonly events: PayoutEvents
  readonly recordEvent: PayoutDeps['recordEvent']
  readonly decide: PayoutDeps['decide']
}

export interface Paying {
  readonly run: (signal: AbortSignal) => Promise<void>
  readonly calls: CoordinatorParts['payouts']
  /** What the chain says that the hot wallet holds, for the books to be compared with. Error: `chain.unavailable`. */
  readonly holdings: () => Promise<Holding[]>
}

const STEP_MS = 1_000
const USDC_DECIMALS = 6

/** Error: `config.invalid` for approvals that nobody could give. */
function settingsOf(config: CoordinatorConfig): PayoutSettings {
  if (config.approvalAboveMicroUsd !== null && config.operators.length === 0 && config.oidcIssuer === null)
    throw new WindfallError(
      'config.invalid',
      'approvalAboveMicroUsd asks for two operators, and there is only the owner. Name another requester in operators, or let people sign in (oidcIssuer).',
    )
  return {
    threshold: lamports(config.payoutThresholdLamports),
    maxPerHour: lamports(config.maxOutflowLamportsPerHour),
    maxPerDay: microUsd(config.maxOutflowMicroUsdPerDay),
    maxPerRecipient: microUsd(config.maxPayoutMicroUsdPerDay),
    reserve: lamports(config.hotReserveLamports),
    approvalAbove: config.approvalAboveMicroUsd === null ? null : microUsd(config.approvalAboveMicroUsd),
    refillBelow: lamports(config.refillBelowLamports),
    lanes: config.payoutLanes,
  }
}

function payoutDeps(deps: PayingDeps): PayoutDeps {
  const { config, clock, cluster } = deps
  const rate = { microUsdPerSol: microUsd(config.microUsdPerSol), source: 'fixed by the operator' }
  const mint = config.usdcMint ?? usdcMintOf(cluster)
  return {
    ...deps,
    settings: settingsOf(config),
    rate: async () => ({ ...rate, at: clock.now() }),
    books: payoutBooks,
    usdc: mint === null ? null : { mint, decimals: USDC_DECIMALS },
    payableNodes,
    addressOf: async (db, nodeId) => (await createNodesStore(db).get(nodeId))?.payoutAddress ?? null,
    isStopped: () => existsSync(join(config.dataDirectory, STOP_FILE)),
    onAnchored: async (tx, anchored) => void (await recordAnchor(tx, { ...anchored, at: clock.now() })),
  }
}

/** Everything that goes through the hot wallet: payouts to nodes, and the log's anchors. Error: `config.invalid`. */
export function createPaying(deps: PayingDeps): Paying {
  const { config, loopDb, clock } = deps
  const shared = payoutDeps(deps)
  const own = { ...shared, db: loopDb }
  const payouts = createPayouts(own)
  const alarm = createRefillAlarm(own)
  const claimed = createLatch()
  let trouble: string | null = null
  const events = {
    ...shared.events,
    failed: (error: unknown) => {
      const isKnown = trouble === messageOf(error)
      trouble = messageOf(error)
      shared.events.failed(error, isKnown)
    },
  }
  const step = async () => {
    await payouts.step()
    trouble = null
    await alarm()
  }
  return {
    run: (signal) =>
      runAll(signal, [
        (stop) => runPayouts({ step }, { clock, intervalMs: STEP_MS, claimed, events }, stop),
        async (stop) => {
          do await queueDueAnchor(loopDb, payouts, { now: clock.now(), everyMs: config.anchorEveryMs }).catch(events.failed)
          while (await clock.sleep(STEP_MS, stop))
        },
      ]),
    calls: {
      own: { ...createQuotes(shared), ...createClaims(shared, claimed.raise) },
      admin: createPayoutAdmin(shared, () => trouble),
    },
    holdings: () => holdingsOf(shared),
  }
}

/** Nodes with an address, and money that is confirmed. */
async function payableNodes(tx: Db | Tx): Promise<{ nodeId: string; address: string; confirmedMicroUsd: ReturnType<typeof microUsd>; isChanging: boolean }[]> {
  const nodes = createNodesStore(tx)
  const changing = await createPayoutAddressesStore(tx).waiting()
  const payable = []
  for (const { nodeId, confirmedMicroUsd } of await confirmedBalances(tx)) {
    const address = (await nodes.get(nodeId))?.payoutAddress
    if (address) payable.push({ nodeId, address, confirmedMicroUsd, isChanging: changing.has(nodeId) })
  }
  return payable
}

/** Plans the anchor of this epoch, if one is due, and hands it to the payouts in the same transaction; one that is planned is handed over once. */
export const queueDueAnchor = (db: Db, payouts: Payouts, epoch: Parameters<typeof dueAnchor>[1]): Promise<void> =>
  transact(db, async (tx) => {
    const due = await dueAnchor(tx, epoch)
    if (due) await payouts.queueAnchor(tx, { memo: due.memo })
  })

/** What decides whether money has moved needs two answers, where two endpoints are configured. */
export function openChain({ rpcUrls: [first, ...others] }: Pick<CoordinatorConfig, 'rpcUrls'>, clock: Clock): Chain {
  return joinProviders([createSolanaChain({ url: first, clock }), ...others.map((url) => createSolanaChain({ url, clock }))])
}
