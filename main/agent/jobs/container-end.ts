import type { Clock } from '../../kernel/clock.ts'
import type { ContainerEngine } from './container-engine.ts'

/** What a job that saves its work gets of the processor meanwhile: enough to write a file, and too little for its owner to notice. */
export const SAVING_CPUS = 0.2

/** What a job is given when it has to stop. */
export interface Grace {
  /** How long it may save its work; 0: not at all. Asked when it has to stop. */
  readonly ms: () => number
  /** It has next to no processor time left. */
  readonly slowed: () => void
  /** It has let the time pass. */
  readonly passed: () => void
}

interface Asked {
  readonly engine: Pick<ContainerEngine, 'setCpus' | 'terminate'>
  readonly clock: Pick<Clock, 'sleep'>
  readonly id: string
  /** Processors that it may use at most. */
  readonly cpus: number
  readonly grace: Grace
}

/**
 * Takes the processor from the job, all but {@link SAVING_CPUS}, then SIGTERM and its grace. Returns when the job has ended or the time has passed,
 * and at once where it gets none or cannot be slowed down. A frozen job hears nothing, so it is never asked.
 */
export async function askToEnd({ engine, clock, id, cpus, grace }: Asked, exit: Promise<unknown>): Promise<void> {
  const ms = grace.ms()
  if (ms <= 0 || !(await slowsDown(engine, id, Math.min(cpus, SAVING_CPUS)))) return
  grace.slowed()
  await engine.terminate(id)
  const over = new AbortController()
  const isDeaf = await Promise.race([exit.then(() => false), clock.sleep(ms, over.signal)])
  over.abort()
  if (isDeaf) grace.passed()
}

/** The owner comes before the work that a job would save. */
const slowsDown = (engine: Asked['engine'], id: string, cpus: number): Promise<boolean> =>
  engine.setCpus(id, cpus).then(
    () => true,
    () => false,
  )
