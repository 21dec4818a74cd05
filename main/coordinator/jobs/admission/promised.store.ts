import type { Db } from '../../persistence/database.ts'
import { inPieces } from '../in-pieces.ts'
import { JobSpec } from '../../../../shared/contract/job.ts'
import { OPEN_ATTEMPTS, UNFINISHED } from '../leases.ts'
import type { SpecCache } from '../jobs.store.ts'

/** A job that has not ended. Times are epoch milliseconds. */
interface Unfinished {
  readonly requesterId: string
  readonly spec: JobSpec
  readonly deadlineAt: number
  readonly heldBy: string | null
  /** `null` unless it runs. */
  readonly startedAt: number | null
}

/** Jobs that have not ended: those that have to be done soonest; of a longer queue no more than this is read. */
const MOST = 20_000

/** All SQL on what jobs that have not ended are promised. `known` learns what is read, and forgets the rest. */
export async function unfinishedJobs(db: Db, known: SpecCache): Promise<Unfinished[]> {
  const rows = await db
    .selectFrom('job')
    .leftJoin('attempt', (join) =>
      join.onRef('attempt.job_id', '=', 'job.id').onRef('attempt.token', '=', 'job.token').on('attempt.state', 'in', OPEN_ATTEMPTS),
    )
    .select(['job.id', 'job.requester_id', 'job.deadline_at', 'attempt.node_id', 'attempt.started_at'])
    .where('job.state', 'in', UNFINISHED)
    // Of what waits, only what was promised; what a machine has takes its time whatever was said.
    .where((e) => e.or([e('job.best_effort', '=', 0), e('attempt.id', 'is not', null)]))
    .orderBy('job.deadline_at')
    .limit(MOST)
    .execute()
  const fresh = rows.flatMap(({ id }) => (known.has(id) ? [] : [id]))
  const specs = await inPieces(fresh, (ids) => db.selectFrom('job').select(['id', 'spec']).where('id', 'in', ids).execute())
  const kept = new Map(rows.flatMap(({ id }) => (known.has(id) ? [[id, known.get(id) as JobSpec] as const] : [])))
  known.clear()
  for (const [id, spec] of kept) known.set(id, spec)
  for (const { id, spec } of specs) known.set(id, JobSpec.parse(JSON.parse(spec)))
  return rows.flatMap(({ id, requester_id, deadline_at, node_id, started_at }) => {
    const spec = known.get(id)
    return spec ? [{ requesterId: requester_id, spec, deadlineAt: deadline_at, heldBy: node_id, startedAt: started_at }] : []
  })
}

/** Every requester's weight. */
export async function weightsOf(db: Db): Promise<ReadonlyMap<string, number>> {
  return new Map((await db.selectFrom('requester').select(['id', 'weight']).execute()).map(({ id, weight }) => [id, weight]))
}
