import { Worker } from 'node:worker_threads'
import type { Clock } from '../kernel/clock.ts'
import type { PlanInput, PlanOutcome, PlannedJob } from './planner/input.ts'
import { planJobs } from './planner/plan.ts'

/** Jobs times nodes. Up to so many are planned in less time than a thread takes to start. */
const MOST_HERE = 4_000
/** What a thread holds is given back once there was nothing large to plan for so long; threads that come and go with every round wear V8 out. */
const IDLE_MS = 600_000

/** What the thread says: some of what it has planned, or why it could not. */
export type FromPlanner = { readonly piece: PlanOutcome } | { readonly failure: unknown }
/** What it is told: what to plan, or that there is room for more of what it has planned. */
export type ToPlanner = { readonly input: PlanInput } | 'more'

/**
 * Plans as `planJobs` does. A round that would hold everything else up goes to a thread of its own, one after another; the thread waits for the next
 * one for a while. Rejects if the planner or its thread fails, or when `shutdown` aborts; what comes after it is planned all the same.
 */
export function createPlanRunner(clock: Pick<Clock, 'sleep'>, shutdown: AbortSignal): (input: PlanInput) => Promise<PlanOutcome> {
  let last: Promise<unknown> = Promise.resolve()
  let thread: Worker | null = null
  let idle = new AbortController()
  const end = (): void => {
    idle.abort()
    void thread?.terminate()
    thread = null
  }
  const begin = (): Worker => {
    const started = new Worker(new URL('./planning-worker.ts', import.meta.url), { env: {} })
    const forget = (): void => {
      if (thread === started) thread = null
    }
    // Whoever waits for a round hears of it, too; what nobody waits for must not end the coordinator.
    return started.once('error', forget).once('exit', forget)
  }
  const rest = async (): Promise<void> => {
    if (thread === null) return
    idle = new AbortController()
    if (await clock.sleep(IDLE_MS, idle.signal)) end()
  }
  const planInThread = async (input: PlanInput): Promise<PlanOutcome> => {
    if (shutdown.aborted) throw endOf(shutdown)
    idle.abort()
    thread ??= begin()
    try {
      return await outcomeFrom(thread, input, shutdown)
    } finally {
      void rest()
    }
  }
  shutdown.addEventListener('abort', end, { once: true })
  return async (input) => {
    if (input.jobs.length * input.nodes.length <= MOST_HERE) return planJobs(input)
    const turn = last.then(() => planInThread(input))
    last = turn.catch(() => undefined)
    return turn
  }
}

function outcomeFrom(thread: Worker, input: PlanInput, shutdown: AbortSignal): Promise<PlanOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<PlanOutcome>()
  const outcome: PlannedJob[] = []
  const tell = (order: ToPlanner): void => thread.postMessage(order, [])
  const hear = (said: FromPlanner): void => {
    if ('failure' in said) return reject(said.failure)
    outcome.push(...said.piece)
    if (outcome.length < input.jobs.length) tell('more')
    else resolve(outcome)
  }
  const gone = (): void => reject(endOf(shutdown))
  thread.on('message', hear).once('error', reject).once('exit', gone)
  tell({ input })
  return promise.finally(() => thread.off('message', hear).off('error', reject).off('exit', gone))
}

const endOf = ({ aborted }: AbortSignal): Error =>
  new Error(aborted ? 'Nothing more is planned: the coordinator is stopping.' : 'The thread that plans ended before it was done. Everything is planned again.')
