import type { JobSpec } from '../../../shared/contract/job.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { fromIso, toIso } from '../../../shared/units.ts'
import type { Attempt } from './attempts.store.ts'
import type { Job } from './jobs.store.ts'
import type { JobDeps, KnownNode, PlanJobs } from './ports.ts'
import type { JobAtHand } from './world.ts'

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

const MOMENT_MS = 60_000

type RunningDeps = JobDeps & { readonly plan: PlanJobs }
type Asking = Pick<RunningDeps, 'plan' | 'clock'>

/** Asks for the plan of one running job as if nothing else were to be done. `null` if there is none, or nobody knows. */
async function askAlone({ plan, clock }: Asking, { job, held }: Alone, question: { spec: JobSpec; restMs: number; nodes: readonly KnownNode[] }) {
  const { spec, restMs } = question
  const nodes = question.nodes.map((node) => (node.nodeId === held?.nodeId ? { ...node, ready: true, taken: [] } : { ...node, taken: [] }))
  const { jobId, submittedAt } = job
  const alone = { jobId, spec, submittedAt, restMs, progress: 'fresh', runsOn: null, current: null, reroutes: 0, avoids: [] } as const
  try {
    const { outcome } = await plan({ now: clock.now(), jobs: [alone], nodes })
    return outcome[0]?.answer.plan ?? null
  } catch (error) {
    if (error instanceof WindfallError) return null
    throw error
  }
}

interface Running {
  readonly job: Job
  readonly held: Attempt
  readonly restMs: number
}

interface Alone {
  readonly job: Pick<Job, 'jobId' | 'submittedAt'>
  readonly held: Pick<Attempt, 'nodeId'> | null
}

/** The plan of a job that runs if it began anew at once on one of these nodes, and nothing else were to be done. `null` if there is none, or nobody knows. */
export const planElsewhere = (deps: Asking, job: Job, { restMs, nodes }: { readonly restMs: number; readonly nodes: readonly KnownNode[] }) =>
  askAlone(deps, { job, held: null }, { spec: { ...atOnce(job.spec, null), carbon: { ...job.spec.carbon, rule: 'now' } }, restMs, nodes })

/** In one piece, from at once or a given time on. */
const atOnce = (spec: JobSpec, from: number | null): JobSpec => ({
  ...spec,
  carbon: { rule: 'now', capG: null },
  interruptible: null,
  earliestStart: from === null ? null : toIso(from),
})

async function outlookOf(deps: RunningDeps, running: Running, nodes: readonly KnownNode[]): Promise<RunningOutlook> {
  const { job, held, restMs } = running
  const { spec, deadlineAt, jobId } = job
  const mayPause = spec.checkpoints && spec.carbon.rule === 'window'
  const known = { jobId, leaseId: held.leaseId, mayPause, watts: spec.expected.watts, expectedMs: spec.expected.seconds * 1_000, restMs, deadlineAt }
  if (!mayPause) return { ...known, now: null, later: null }
  const here = nodes.filter(({ nodeId }) => nodeId === held.nodeId)
  const meanOf = async (ms: number, from: number | null) =>
    (await askAlone(deps, running, { spec: atOnce(spec, from), restMs: ms, nodes: here }))?.gPerKWh ?? null
  const [moment, rest] = [await meanOf(Math.min(restMs, MOMENT_MS), null), await meanOf(restMs, null)]
  const inZone = nodes.filter(({ capabilities }) => capabilities.zone === held.plan.zone)
  const plan = await askAlone(deps, running, { spec: { ...spec, interruptible: null }, restMs, nodes: inZone })
  const from = plan && fromIso(plan.window.from)
  const then = from === null ? null : await meanOf(restMs, from)
  return {
    ...known,
    now: moment === null || rest === null ? null : { moment, rest },
    later: from === null || then === null ? null : { from, rest: then },
  }
}

/** Every job that runs in a zone at this moment, with what it has before it. May be slow. */
export async function runningIn(
  deps: RunningDeps,
  zone: string,
  { all, nodes }: { readonly all: readonly JobAtHand[]; readonly nodes: readonly KnownNode[] },
): Promise<readonly RunningOutlook[]> {
  const found: RunningOutlook[] = []
  for (const { job, held, restMs } of all) {
    if (job.state !== 'running' || held?.state !== 'running' || held.plan.zone !== zone) continue
    found.push(await outlookOf(deps, { job, held, restMs }, nodes))
    // Each is several plans: everybody else gets a turn in between.
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return found
}
