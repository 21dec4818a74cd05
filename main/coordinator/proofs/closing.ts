import { messageOf } from '../../../shared/errors.ts'
import { type Db, transact } from '../persistence/database.ts'
import type { ProofDeps } from './ports.ts'
import { createProofsStore } from './proofs.store.ts'
import { prepareSettling } from './settling.ts'

const AGAIN_MS = 60_000

interface ClosingDeps extends ProofDeps {
  /** The database as what runs by itself writes to it: only while this coordinator is the one that runs it. */
  readonly loopDb: Db
  readonly onFailure: (jobId: string, message: string) => void
}

/** Pays for the proven runs of jobs that their requesters cancelled. What is left of their money goes back with that. */
export interface Closing {
  /** Nothing happens if there is nothing to pay; one that cannot be paid yet, because its grid is not measured, waits. Never rejects. */
  readonly close: (jobId: string) => Promise<void>
  /** Closes what waits, now and every minute, until `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

export function createClosing(deps: ClosingDeps): Closing {
  const closeIn = (db: Db, jobId: string) => closeJob({ ...deps, db }, jobId).catch((error: unknown) => deps.onFailure(jobId, messageOf(error)))
  return {
    close: (jobId) => closeIn(deps.db, jobId),
    async run(signal) {
      do for (const jobId of await createProofsStore(deps.db).owing()) await closeIn(deps.loopDb, jobId)
      while (await deps.clock.sleep(AGAIN_MS, signal))
    },
  }
}

async function closeJob(deps: ClosingDeps, jobId: string): Promise<void> {
  if (!(await owes(deps, jobId))) return
  const job = await transact(deps.db, (tx) => deps.job(tx, jobId))
  if (!job) return
  // No more results are paid than money was set aside for; those that came first.
  const copies = [...new Set((await createProofsStore(deps.db).waitingOf(jobId)).map(({ copy }) => copy))].toSorted((a, b) => a - b)
  const settle = await prepareSettling(deps, job, { copies: new Set(copies.slice(0, job.agree)), cause: 'undecided' })
  await transact(deps.db, async (tx) => {
    if ((await createProofsStore(tx).owing()).includes(jobId)) await deps.recordPaid(tx, jobId, await settle(tx))
  })
}

const owes = async ({ db }: ClosingDeps, jobId: string): Promise<boolean> => (await createProofsStore(db).owing()).includes(jobId)
