import type { JobSpec, Plan } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import { type Attempt, createAttemptsStore } from './attempts.store.ts'
import { type Job, createJobsStore } from './jobs.store.ts'
import type { Candidate, JobDeps, PlanJob } from './ports.ts'

/** What a running job has before it, if it goes on and if it goes on later. Times are epoch milliseconds, intensities forecast gCO2e/kWh. */
export interface RunningOutlook {
  readonly jobId: string
  readonly leaseId: string
  /** It saves where it is, and may wait for a cleaner window. */
  readonly mayPause: boolean
  readonly watts: number
  /** The whole job, as its requester expects it. */
  readonly expectedMs: number
  /** What is left of that; never less than nothing. */
  readonly restMs: number
  readonly deadlineAt: number
  /** At this moment, and for the rest if it runs on; `null` if nobody knows. */
  readonly now: { readonly moment: number; readonly rest: number } | null
  /** The rest from the start of the window it would be given in its zone; `null` if there is none. */
  readonly later: { readonly from: number; readonly rest: number } | null
}

const MOMENT_SECONDS = 60

type Ask = (changes: { readonly seconds: number; readonly from?: number }) => Promise<number | null>

/** Progress that earlier attempts may have lost counts as well: what is left is rather taken for too little than for too much. */
function restOf({ spec }: Job, attempts: readonly Attempt[], now: number): number {
  const ranMs = attempts.reduce((sum, { startedAt, endedAt }) => sum + (startedAt === null ? 0 : (endedAt ?? now) - startedAt), 0)
  return Math.max(0, spec.expected.seconds * 1_000 - ranMs)
}

const planOrNone = (plan: PlanJob, request: Parameters<PlanJob>[0]): Promise<Plan | null> =>
  plan(request).then(
    (answer) => answer.plan,
    (error: unknown) => {
      if (error instanceof WindfallError) return null
      throw error
    },
  )

/** Asks for the mean intensity of a run on one node that begins at once or at a given time. */
const asking =
  (plan: PlanJob, { spec, submittedAt }: Job, { now, nodes }: { readonly now: number; readonly nodes: readonly Candidate[] }): Ask =>
  async ({ seconds, from }) => {
    const run: JobSpec = {
      ...spec,
      carbon: { rule: 'now', capG: null },
      earliestStart: from === undefined ? null : toIso(from),
      expected: { ...spec.expected, seconds },
    }
    return (await planOrNone(plan, { spec: run, submittedAt, now, nodes }))?.gPerKWh ?? null
  }

async function outlookOf(
  deps: JobDeps & { readonly plan: PlanJob },
  { job, attempt }: { readonly job: Job; readonly attempt: Attempt },
  nodes: readonly Candidate[],
): Promise<RunningOutlook> {
  const { spec, submittedAt, deadlineAt, jobId } = job
  const now = deps.clock.now()
  const restMs = restOf(job, await createAttemptsStore(deps.db).ofJob(jobId), now)
  const mayPause = spec.checkpoints && spec.carbon.rule === 'window'
  const known = { jobId, leaseId: attempt.leaseId, mayPause, watts: spec.expected.watts, expectedMs: spec.expected.seconds * 1_000, restMs, deadlineAt }
  if (!mayPause || restMs === 0) return { ...known, now: null, later: null }
  const freed = nodes.map((node) => (node.nodeId === attempt.nodeId ? { ...node, ready: true, busy: false } : node))
  const own = freed.filter(({ nodeId }) => nodeId === attempt.nodeId)
  const ask = asking(deps.plan, job, { now, nodes: own })
  const seconds = restMs / 1_000
  const [moment, rest] = [await ask({ seconds: Math.min(seconds, MOMENT_SECONDS) }), await ask({ seconds })]
  const zone = freed.filter(({ capabilities }) => capabilities.zone === attempt.plan.zone)
  const plan = await planOrNone(deps.plan, { spec, submittedAt, now, nodes: zone })
  const from = plan && fromIso(plan.window.from)
  const then = from === null ? null : await ask({ seconds, from })
  return {
    ...known,
    now: moment === null || rest === null ? null : { moment, rest },
    later: from === null || then === null ? null : { from, rest: then },
  }
}

/** Every job that runs in a zone at this moment, with what it has before it. May be slow. */
export async function runningIn(deps: JobDeps & { readonly plan: PlanJob }, zone: string, nodes: readonly Candidate[]): Promise<readonly RunningOutlook[]> {
  const found: RunningOutlook[] = []
  for (const attempt of await createAttemptsStore(deps.db).open()) {
    if (attempt.state !== 'running' || attempt.plan.zone !== zone) continue
    const job = await createJobsStore(deps.db).get(attempt.jobId)
    if (job?.state === 'running') found.push(await outlookOf(deps, { job, attempt }, nodes))
  }
  return found
}
