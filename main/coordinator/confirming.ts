import { messageOf } from '../../shared/errors.ts'
import type { Run } from '../kernel/lifecycle.ts'
import { type ComparingDeps, leaveUndecided } from './comparing.ts'
import { judgeHeld } from './jobs/holding.ts'
import type { Jobs } from './jobs/jobs.ts'
import { type Db, transact } from './persistence/database.ts'
import type { ProofDeps } from './proofs/ports.ts'
import { prepareSettling } from './proofs/settling.ts'
import { leaveUnpaid } from './proofs/unpaid.ts'
import { type StoredResult, createResultsStore } from './quorum/results.store.ts'
import { requireSame } from './quorum/weighing.ts'
import type { Standings } from './standings.ts'

const LOOK_EVERY_MS = 30_000
const UNCONFIRMED = 'Nobody has repeated it in time, so its first result counts.'

interface ConfirmingDeps extends ProofDeps {
  /** The database as what runs by itself writes to it: only while this coordinator is the one that runs it. */
  readonly loopDb: Db
  readonly jobs: Pick<Jobs, 'completeUnconfirmed'> & ComparingDeps['jobs']
  readonly standings: Pick<Standings, 'completed'>
  /** Tells connected nodes that something was recorded for them. */
  readonly hint: () => Promise<void>
  readonly onFailure: (jobId: string, message: string) => void
}

/**
 * Ends the wait for a result that the coordinator wanted repeated: what it wants to know is not its requester's to wait for. A job whose grid is not
 * measured yet waits on. Runs now and every half a minute, until the signal aborts.
 */
export const createConfirming =
  (given: ConfirmingDeps): Run =>
  async (signal) => {
    const deps = { ...given, db: given.loopDb }
    do
      try {
        for (const jobId of await createResultsStore(deps.db).waitedEnough(deps.clock.now()))
          await conclude(deps, jobId).catch((error: unknown) => deps.onFailure(jobId, messageOf(error)))
      } catch (error) {
        deps.onFailure('all', messageOf(error))
      }
    while (await deps.clock.sleep(LOOK_EVERY_MS, signal))
  }

async function conclude(deps: ConfirmingDeps, jobId: string): Promise<void> {
  const [first, ...others] = await createResultsStore(deps.db).ofJob(jobId)
  if (!first) return
  await (others.length === 0 ? countAlone(deps, jobId, first) : giveUp(deps, jobId, [first, ...others]))
  await deps.hint()
}

async function countAlone(deps: ConfirmingDeps, jobId: string, result: StoredResult): Promise<void> {
  const job = await transact(deps.db, (tx) => deps.job(tx, jobId))
  if (!job) return
  const settle = await prepareSettling(deps, job)
  const { proofId, leaseId, nodeId, outputSha256 } = result
  await transact(deps.db, async (tx) => {
    if (!(await createResultsStore(tx).hasWaitedEnough(jobId, deps.clock.now()))) return
    await requireSame(tx, jobId, [result])
    await createResultsStore(tx).judge(proofId, 'unconfirmed')
    await judgeHeld(tx, [{ leaseId, is: 'right' }])
    await deps.jobs.completeUnconfirmed(tx, { jobId, outputSha256, message: UNCONFIRMED, ...(await settle(tx)) })
    await deps.standings.completed(tx, { jobId, nodeId })
    await deps.decide(tx, 'quorum.unconfirmed', { jobId, proofId, nodeId })
  })
}

/** They differ, and nobody came who could say which is right. */
async function giveUp(deps: ConfirmingDeps, jobId: string, results: readonly StoredResult[]): Promise<void> {
  await transact(deps.db, async (tx) => {
    if (!(await createResultsStore(tx).hasWaitedEnough(jobId, deps.clock.now()))) return
    await requireSame(tx, jobId, results)
    await leaveUnpaid(deps, tx, { jobId, cause: 'undecided' })
    await leaveUndecided(deps, tx, { jobId, results, agree: Math.max(...results.map(({ agree }) => agree)) })
  })
}
