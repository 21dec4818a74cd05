import { placeKindFor } from '../../../../shared/domain/places.ts'
import { messageOf } from '../../../../shared/errors.ts'
import { transact } from '../../persistence/database.ts'
import { type AskBackDeps, askBack } from '../asking-back.ts'
import { createAttemptsStore } from '../attempts.store.ts'
import type { Holdings } from '../holdings.ts'
import type { JobDeps, KnownNode, PlanJobs } from '../ports.ts'
import { planElsewhere } from '../running.ts'
import { straggling } from './run-times.ts'
import { type Nodes, type WatchedRun, createWatching } from './watching.ts'

export interface StragglersDeps extends JobDeps, AskBackDeps {
  readonly nodes: () => Promise<readonly KnownNode[]>
  readonly plan: PlanJobs
  readonly holdings: () => Promise<Holdings>
  readonly onFailure: (message: string) => void
}

const LOOK_MS = 30_000

export interface Stragglers {
  /** Takes in how long jobs took that are done already. */
  readonly learn: () => Promise<void>
  /** Takes in which jobs are done, and moves what takes too long. */
  readonly look: () => Promise<void>
  /** Both, and looks again and again until `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

/**
 * Moves a job that takes much longer than is usual for it on such a machine: it is asked to save where it is, and goes on on an idle machine. Only for
 * jobs that save, once each, and never for one whose lease is durable; what it ran by then is proven and paid as always.
 */
export function createStragglers(deps: StragglersDeps): Stragglers {
  const watching = createWatching(deps)
  const nodesNow = async () => new Map((await deps.nodes()).map((node) => [node.nodeId, node]))
  const learn = async () => watching.learn(await nodesNow())
  const look = async () => {
    const nodes = await nodesNow()
    for (const run of await watching.look(nodes)) await moveIfSlow(deps, run, nodes)
  }
  return {
    learn,
    look,
    async run(signal) {
      const reported = (work: () => Promise<void>) => work().catch((error: unknown) => deps.onFailure(messageOf(error)))
      await reported(learn)
      while (await deps.clock.sleep(LOOK_MS, signal)) await reported(look)
    },
  }
}

/** Asks a straggler back if an idle machine could take it on at once. */
async function moveIfSlow(deps: StragglersDeps, { job, attempt, usual }: WatchedRun, nodes: Nodes): Promise<void> {
  const { spec, deadlineAt, jobId } = job
  const { attemptId, nodeId, leaseId, startedAt, askedBack } = attempt
  if (!spec.checkpoints || spec.lease === 'durable' || startedAt === null || askedBack !== null) return
  const now = deps.clock.now()
  const run = { elapsedMs: now - startedAt, expectedMs: spec.expected.seconds * 1_000, leftMs: deadlineAt - now }
  const why = straggling(run, usual)
  if (why === null || (await wasMoved(deps, jobId))) return
  const idle = await idleNodes(deps, { nodes, kind: placeKindFor(spec.needs), but: nodeId })
  const plan = idle.length === 0 ? null : await planElsewhere(deps, job, { restMs: run.expectedMs, nodes: idle })
  if (!plan) return
  await transact(deps.db, (tx) => deps.decide(tx, 'job.straggling', { jobId, attemptId, nodeId, why, ...run, usual, instead: plan.nodeId }))
  await askBack(deps, leaseId, 'straggler')
}

async function idleNodes(
  { holdings }: StragglersDeps,
  { nodes, kind, but }: { readonly nodes: Nodes; readonly kind: Parameters<Holdings['taken']>[1]; readonly but: string },
): Promise<readonly KnownNode[]> {
  const { taken } = await holdings()
  return [...nodes.values()].filter(({ nodeId, online, ready }) => nodeId !== but && online && ready && taken(nodeId, kind) === 0)
}

const wasMoved = async ({ db }: StragglersDeps, jobId: string): Promise<boolean> =>
  (await createAttemptsStore(db).ofJob(jobId)).some(({ reason, askedBack }) => reason === 'straggler' || askedBack === 'straggler')
