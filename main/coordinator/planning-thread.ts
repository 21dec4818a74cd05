import { Worker } from 'node:worker_threads'
import type { PlanInput, PlanOutcome, PlannedJob } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'

/** Jobs times nodes. Up to so many are planned in less time than a thread takes to start. */
const MOST_HERE = 4_000

/**
 * Plans as `planJobs` does. A round that would hold everything else up goes to a thread of its own, one after another; the thread ends with its
 * round, so that nothing is kept while little is to be planned. Rejects if the planner or its thread fails, or when `shutdown` aborts; what
 * comes after it is planned all the same.
 */
export function createPlanRunner(shutdown: AbortSignal): (input: PlanInput) => Promise<PlanOutcome> {
  let last: Promise<unknown> = Promise.resolve()
  return async (input) => {
    if (input.jobs.length * input.nodes.length <= MOST_HERE) return planJobs(input)
    const turn = last.then(() => planInThread(input, shutdown))
    last = turn.catch(() => undefined)
    return turn
  }
}

async function planInThread(input: PlanInput, shutdown: AbortSignal): Promise<PlanOutcome> {
  if (shutdown.aborted) throw endOf(shutdown)
  const thread = new Worker(new URL('./planning-worker.ts', import.meta.url), { workerData: input, env: {} })
  const stop = () => void thread.terminate()
  shutdown.addEventListener('abort', stop, { once: true })
  try {
    return await outcomeFrom(thread, input.jobs.length, shutdown)
  } finally {
    shutdown.removeEventListener('abort', stop)
    await thread.terminate()
  }
}

const outcomeFrom = (thread: Worker, jobs: number, shutdown: AbortSignal): Promise<PlanOutcome> =>
  new Promise((resolve, reject) => {
    const outcome: PlannedJob[] = []
    thread.on('message', (piece: PlanOutcome) => {
      outcome.push(...piece)
      if (outcome.length < jobs) thread.postMessage('more', [])
      else resolve(outcome)
    })
    thread.once('error', reject)
    thread.once('exit', () => reject(endOf(shutdown)))
  })

const endOf = ({ aborted }: AbortSignal): Error =>
  new Error(aborted ? 'Nothing more is planned: the coordinator is stopping.' : 'The thread that plans ended before it was done. Everything is planned again.')
