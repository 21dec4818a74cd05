import type { Choice } from '../../../shared/contract/decision.ts'
import { type Tx, transact } from '../persistence/database.ts'
import { type StoredIncident, createIncidentsStore } from './incidents.store.ts'
import type { RunningJob } from './pause.ts'
import { pausePolicy } from './policies.ts'
import type { IncidentsDeps } from './ports.ts'
import type { Replanned } from './response.ts'

interface Judged extends Replanned {
  readonly leaseId: string
  readonly chosen: Pick<Choice, 'policy' | 'inputs' | 'answer'>
}

function judge(job: RunningJob, at: number): Judged {
  const { jobId, leaseId } = job
  const inputs = { job, at }
  const answer = pausePolicy.decide(inputs, { kind: 'job', id: jobId })
  return { jobId, leaseId, ...answer.outcome, chosen: { policy: pausePolicy, inputs, answer } }
}

/** What is to become of every job that runs where the grid is dirty, by job. */
export async function judgeRunning(deps: IncidentsDeps, { cause, zone }: StoredIncident): Promise<ReadonlyMap<string, Judged>> {
  const running: readonly RunningJob[] = cause === 'intensity-spike' ? await deps.running(zone) : []
  const at = deps.clock.now()
  return new Map(running.map((job) => [job.jobId, judge(job, at)]))
}

/** Records what is done about an incident for one job: as a choice where it was weighed here, else as a fact. */
export async function recordAction(
  deps: Pick<IncidentsDeps, 'decide' | 'choose'>,
  tx: Tx,
  { incident: { incidentId, simulated }, action, judged }: { incident: StoredIncident; action: Replanned; judged: Judged | undefined },
): Promise<void> {
  const { jobId } = action
  const isJudged = judged?.action === action.action && judged.reason === action.reason
  if (!isJudged) return deps.decide(tx, 'incident.action', { incidentId, simulated, ...action })
  await deps.choose(tx, { kind: 'incident.action', subject: { kind: 'job', id: jobId }, also: [{ kind: 'incident', id: incidentId }], ...judged.chosen })
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
      fresh.map(({ jobId, action, reason }) => ({ jobId, action, reason, at })),
    )
    for (const judged of fresh) await recordAction(deps, tx, { incident, action: judged, judged })
    return fresh
  })
  for (const pause of asked) {
    deps.onActed(incidentId, pause)
    await deps.askBack(pause.leaseId, simulated ? 'carbon.simulated' : 'carbon')
  }
}
