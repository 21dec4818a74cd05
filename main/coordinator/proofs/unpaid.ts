import type { UnpaidCause } from '../../../shared/contract/proof.ts'
import type { Tx } from '../persistence/database.ts'
import type { ProofDeps } from './ports.ts'
import { type WaitingRun, createProofsStore } from './proofs.store.ts'

type Deps = Pick<ProofDeps, 'decide' | 'recordEvent'>

const WORDS: Readonly<Record<UnpaidCause, string>> = {
  failed: 'The job failed later, so its requester pays nothing and no run of it is paid.',
  expired: 'The job was not finished by its deadline, so its requester pays nothing and no run of it is paid.',
  wrong: 'What the job came to later is wrong, so it begins again and no run before that is paid.',
  differs: 'Machines of other owners agree on another result, so this one is not paid.',
  undecided: 'Machines of different owners came to different results and too few agree with this one, so it is not paid.',
}

interface Unpaid {
  readonly jobId: string
  readonly cause: UnpaidCause
  /** Only those that led to this result; left out: all that wait. */
  readonly copy?: number
}

/** The runs of a job that wait are not paid, and their owners are told why. */
export async function leaveUnpaid(deps: Deps, tx: Tx, { jobId, cause, copy }: Unpaid): Promise<void> {
  const waiting = await createProofsStore(tx).waitingOf(jobId)
  await tellUnpaid(deps, tx, { jobId, cause, runs: copy === undefined ? waiting : waiting.filter((run) => run.copy === copy) })
}

/** The same for runs that are known already. */
export async function tellUnpaid(
  deps: Deps,
  tx: Tx,
  { jobId, cause, runs }: Pick<Unpaid, 'jobId' | 'cause'> & { readonly runs: readonly WaitingRun[] },
): Promise<void> {
  const store = createProofsStore(tx)
  if (runs.length === 0) return
  await store.leaveUnpaid(
    runs.map(({ proof }) => proof.proofId),
    cause,
  )
  for (const { proof } of runs) {
    const { proofId, nodeId } = proof
    await deps.decide(tx, 'run.unpaid', { nodeId, proofId, jobId, cause })
    await deps.recordEvent(tx, nodeId, { kind: 'run-unpaid', proofId, jobId, cause, message: WORDS[cause] })
  }
}

/**
 * What becomes of the runs of a job that ends without a result. `owed`: its requester stopped it, so they are still to be paid out of what is set
 * aside; `free`: nothing is.
 */
export async function endRuns(
  deps: Deps,
  tx: Tx,
  { jobId, state }: { readonly jobId: string; readonly state: 'failed' | 'expired' | 'cancelled' },
): Promise<'owed' | 'free'> {
  if (state === 'cancelled') return (await createProofsStore(tx).waitingOf(jobId)).length > 0 ? 'owed' : 'free'
  await leaveUnpaid(deps, tx, { jobId, cause: state })
  return 'free'
}
