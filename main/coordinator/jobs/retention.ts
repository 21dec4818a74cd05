import { messageOf } from '../../../shared/errors.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Blobs } from '../persistence/blobs.ts'
import { type Db, transact } from '../persistence/database.ts'
import { createLogsStore } from './logs/logs.store.ts'
import { createRetentionStore } from './retention.store.ts'

export interface RetentionDeps {
  readonly db: Db
  readonly clock: Pick<Clock, 'now' | 'sleep'>
  readonly outputs: Pick<Blobs, 'remove'>
  /** How long what a job said, and what it produced, is kept once it has ended. */
  readonly keep: { readonly logMs: number; readonly outputMs: number }
  readonly onFailure: (message: string) => void
}

const EVERY_MS = 600_000
/** So many jobs at a time, then everybody else gets a turn. */
const SLICE = 100

/** Drops what ended jobs have said and produced once its time is over. Jobs, their proofs, receipts and money stay for good. */
export function createRetention(deps: RetentionDeps): { readonly run: (signal: AbortSignal) => Promise<void>; readonly tidy: () => Promise<void> } {
  const tidy = async () => {
    while (await dropLogs(deps)) await turn()
    while (await dropOutputs(deps)) await turn()
    while (await dropCompared(deps)) await turn()
  }
  return {
    tidy,
    async run(signal) {
      do await tidy().catch((error: unknown) => deps.onFailure(messageOf(error)))
      while (await deps.clock.sleep(EVERY_MS, signal))
    },
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Returns whether there may be more. */
async function dropLogs({ db, clock, keep }: RetentionDeps): Promise<boolean> {
  const jobIds = await createRetentionStore(db).withLogs({ endedBy: clock.now() - keep.logMs, limit: SLICE })
  if (jobIds.length > 0) await transact(db, (tx) => createLogsStore(tx).forgetJobs(jobIds))
  return jobIds.length === SLICE
}

/** The same output may belong to several jobs: it goes with the last of them. */
async function dropOutputs({ db, clock, keep, outputs }: RetentionDeps): Promise<boolean> {
  const endedBy = clock.now() - keep.outputMs
  const store = createRetentionStore(db)
  const old = await store.withOutputs({ endedBy, limit: SLICE })
  for (const { sha256 } of old) if (!(await store.isWanted(sha256, endedBy))) await outputs.remove(`sha256:${sha256}`, endedBy)
  if (old.length > 0) await transact(db, (tx) => createRetentionStore(tx).outputsGone(old.map(({ jobId }) => jobId)))
  return old.length === SLICE
}

/** Those that did not become the output of their job belong to nobody. */
async function dropCompared({ db, clock, keep, outputs }: RetentionDeps): Promise<boolean> {
  const endedBy = clock.now() - keep.outputMs
  const store = createRetentionStore(db)
  const old = await store.withCompared({ endedBy, limit: SLICE })
  for (const { sha256 } of old) if (!(await store.isWanted(sha256, endedBy))) await outputs.remove(`sha256:${sha256}`, endedBy)
  if (old.length > 0) await transact(db, (tx) => createRetentionStore(tx).comparedGone(old.map(({ proofId }) => proofId)))
  return old.length === SLICE
}
