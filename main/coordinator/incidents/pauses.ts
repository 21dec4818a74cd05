import { transact } from '../persistence/database.ts'
import { type StoredIncident, createIncidentsStore } from './incidents.store.ts'
import { type RunningJob, pauseOf } from './pause.ts'
import type { IncidentsDeps } from './ports.ts'
import type { Replanned } from './response.ts'

interface Judged extends Replanned {
  readonly leaseId: string
}

/** What is to become of every job that runs where the grid is dirty, by job. */
export async function judgeRunning(deps: IncidentsDeps, { cause, zone }: StoredIncident): Promise<ReadonlyMap<string, Judged>> {
  const running: readonly RunningJob[] = cause === 'intensity-spike' ? await deps.running(zone) : []
  const at = deps.clock.now()
  return new Map(running.map((job) => [job.jobId, { jobId: job.jobId, leaseId: job.leaseId, ...pauseOf(job, at) }]))
}

/**
 * Asks for the jobs back that go on better later, while the incident is acted upon, and never twice for one job. Recorded before it is asked for:
 * after a crash in between, the job runs on.
 */
export async function pauseRunning(deps: IncidentsDeps, incident: StoredIncident): Promise<void> {
  const { incidentId, simulated, state } = incident
  if (state !== 'EVALUATING' && state !== 'ADAPTING') return
  const wanted = [...(await judgeRunning(deps, incident)).values()].filter(({ action }) => action === 'pause')
  if (wanted.length === 0) return
  const asked = await transact(deps.db, async (tx) => {
    const store = createIncidentsStore(tx)
    if ((await store.get(incidentId))?.state !== 'ADAPTING') return []
    const done = new Set((await store.actions(incidentId)).filter(({ action }) => action === 'pause').map(({ jobId }) => jobId))
    const fresh = wanted.filter(({ jobId }) => !done.has(jobId))
    const at = deps.clock.now()
    await store.addActions(
      incidentId,
      fresh.map((pause) => ({ ...pause, at })),
    )
    for (const { jobId, action, reason } of fresh) await deps.decide(tx, 'incident.action', { incidentId, simulated, jobId, action, reason })
    return fresh
  })
  for (const pause of asked) {
    deps.onActed(incidentId, pause)
    await deps.askBack(pause.leaseId, simulated ? 'carbon.simulated' : 'carbon')
  }
}
