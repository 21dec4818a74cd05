import type { Clock } from '../../../kernel/clock.ts'
import type { Db } from '../../persistence/database.ts'
import { type Attempt, type RunningAttempt, createAttemptsStore } from '../attempts.store.ts'
import { type Job, createJobsStore } from '../jobs.store.ts'
import type { KnownNode } from '../ports.ts'
import { type Usual, createRunTimes, kindOf } from './run-times.ts'

/** What is learned from at the start. */
const FIRST_RUNS = 500
const FIRST_MS = 30 * 86_400_000

export type Nodes = ReadonlyMap<string, KnownNode>

/** A run under way of a kind of which something is known. */
export interface WatchedRun {
  readonly job: Job
  readonly attempt: RunningAttempt
  readonly usual: Usual
}

export interface Watching {
  /** Takes in how long jobs took that are done already. */
  readonly learn: (nodes: Nodes) => Promise<void>
  /** Takes in what has ended since it looked last, and returns what runs. */
  readonly look: (nodes: Nodes) => Promise<readonly WatchedRun[]>
}

interface Watched {
  readonly job: Job
  /** It is all that its job has run, so it tells how long such a job takes. */
  readonly isWhole: boolean
}

type Ran = Pick<Attempt, 'nodeId' | 'startedAt'>

/** Remembers how long jobs run, by what they are and on what. */
export function createWatching({ db, clock }: { readonly db: Db; readonly clock: Pick<Clock, 'now'> }): Watching {
  const times = createRunTimes()
  const watched = new Map<string, Watched & { readonly attempt: RunningAttempt }>()
  const remember = ({ job, isWhole }: Watched, { nodeId, startedAt }: Ran, { nodes, endedAt }: { readonly nodes: Nodes; readonly endedAt: number }) => {
    const node = nodes.get(nodeId)
    if (!node || !isWhole || startedAt === null) return
    times.learn(kindOf(job.spec, node.capabilities), Math.max(0, endedAt - startedAt) / (job.spec.expected.seconds * 1_000))
  }
  const takeInEnded = async (running: ReadonlySet<string>, nodes: Nodes) => {
    for (const [leaseId, one] of watched) {
      if (running.has(leaseId)) continue
      watched.delete(leaseId)
      const ended = await createAttemptsStore(db).byLease(leaseId)
      if (ended?.state === 'succeeded' || ended?.state === 'verifying') remember(one, ended, { nodes, endedAt: ended.endedAt ?? clock.now() })
    }
  }
  return {
    async learn(nodes) {
      for (const attempt of await createAttemptsStore(db).lastSucceeded(clock.now() - FIRST_MS, FIRST_RUNS)) {
        const one = await find(db, attempt.jobId)
        if (one && attempt.endedAt !== null) remember(one, attempt, { nodes, endedAt: attempt.endedAt })
      }
    },
    async look(nodes) {
      const running = await createAttemptsStore(db).running()
      await takeInEnded(new Set(running.map(({ leaseId }) => leaseId)), nodes)
      const runs: WatchedRun[] = []
      for (const attempt of running) {
        const one = watched.get(attempt.leaseId) ?? (await find(db, attempt.jobId))
        if (!one) continue
        watched.set(attempt.leaseId, { ...one, attempt })
        const node = nodes.get(attempt.nodeId)
        const usual = node && times.usual(kindOf(one.job.spec, node.capabilities))
        if (usual) runs.push({ job: one.job, attempt, usual })
      }
      return runs
    },
  }
}

async function find(db: Db, jobId: string): Promise<Watched | null> {
  const job = await createJobsStore(db).get(jobId)
  const begun = job ? (await createAttemptsStore(db).ofJob(jobId)).filter(({ startedAt }) => startedAt !== null) : []
  return job && { job, isWhole: begun.length === 1 }
}
