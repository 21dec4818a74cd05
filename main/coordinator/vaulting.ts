import { messageOf } from '../../shared/errors.ts'
import { usdcMintOf } from '../chain/cluster.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Run } from '../kernel/lifecycle.ts'
import { verifySignature } from '../kernel/signing.ts'
import type { CoordinatorConfig } from './config.ts'
import { createJobsStore } from './jobs/jobs.store.ts'
import { createLedgerStore } from './ledger/ledger.store.ts'
import { closeRelease, vaultBalance, vaultFunded, vaultHoldUp, vaultReleased, vaultWrittenOff } from './ledger/vaults.ts'
import type { Db } from './persistence/database.ts'
import { checkVaults } from './vaults/check.ts'
import type { VaultBooks, VaultDeps } from './vaults/deps.ts'
import { type Vaults, createVaults } from './vaults/vaults.ts'
import { lookAtVaults } from './vaults/watch.ts'

interface VaultingDeps extends Pick<VaultDeps, 'db' | 'chain' | 'wallet' | 'cluster' | 'decide'> {
  readonly config: Pick<CoordinatorConfig, 'arbiter' | 'usdcMint'>
  /** The database as what runs by itself writes to it. */
  readonly loopDb: Db
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly onFailure: (message: string) => void
}

const LOOK_MS = 5_000

const booksAt = (clock: Pick<Clock, 'now'>): VaultBooks => ({
  held: vaultBalance,
  holdUp: vaultHoldUp,
  fund: async (tx, funded) => void (await createLedgerStore(tx).book(vaultFunded({ ...funded, at: clock.now() }))),
  release: async (tx, emptied) => void (await createLedgerStore(tx).book(vaultReleased({ ...emptied, at: clock.now() }))),
  writeOff: async (tx, lost) => void (await createLedgerStore(tx).book(vaultWrittenOff({ ...lost, at: clock.now() }))),
  close: (tx, closed) => closeRelease(tx, { ...closed, at: clock.now() }),
})

/** Vaults of protected jobs: what is asked about them, whether they hold what they should, and the loop that sees what becomes of them on chain. */
export function createVaulting(deps: VaultingDeps): { readonly calls: Vaults; readonly check: () => Promise<string[]>; readonly run: Run } {
  const { config, clock, cluster } = deps
  const vaults: VaultDeps = {
    ...deps,
    arbiter: config.arbiter,
    usdcMint: config.usdcMint ?? usdcMintOf(cluster),
    isTaken: async (tx, jobId) => (await createJobsStore(tx).get(jobId)) !== null,
    verify: verifySignature,
    books: booksAt(clock),
  }
  return {
    calls: createVaults(vaults),
    check: () => checkVaults(vaults),
    async run(signal) {
      do await lookAtVaults({ ...vaults, db: deps.loopDb }).catch((error: unknown) => deps.onFailure(messageOf(error)))
      while (await clock.sleep(LOOK_MS, signal))
    },
  }
}
