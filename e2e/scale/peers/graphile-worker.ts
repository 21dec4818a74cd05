import { HUNDRED, PAYLOAD, type QueueLoad, type QueueRates, callRate } from './queue.ts'

interface Utils {
  readonly migrate: () => Promise<void>
  readonly addJob: (name: string, payload: object) => Promise<unknown>
  readonly addJobs: (jobs: readonly { identifier: string; payload: object }[]) => Promise<unknown>
  readonly release: () => Promise<void>
}
interface Options {
  readonly connectionString: string
  readonly maxPoolSize: number
  readonly logger: unknown
}
/** The part of Graphile Worker that is measured. */
export interface GraphileWorker {
  readonly Logger: new (factory: () => () => void) => unknown
  readonly makeWorkerUtils: (options: Options) => Promise<Utils>
  readonly run: (
    options: Options & { concurrency: number; pollInterval: number; taskList: Readonly<Record<string, () => Promise<void>>> },
  ) => Promise<{ readonly stop: () => Promise<void> }>
}

const CONNECTIONS = 24
const NAME = 'bench'

export async function measureGraphileWorker(peer: GraphileWorker, url: string, { jobs, callers }: QueueLoad): Promise<QueueRates> {
  const options = { connectionString: url, maxPoolSize: CONNECTIONS, logger: new peer.Logger(() => () => undefined) }
  const utils = await peer.makeWorkerUtils(options)
  await utils.migrate()
  const add = () => utils.addJob(NAME, PAYLOAD)
  await callRate(100, callers, add)
  const enqueue = await callRate(jobs, callers, add)
  const bulk = Array.from({ length: HUNDRED }, () => ({ identifier: NAME, payload: PAYLOAD }))
  const calls = Math.ceil(jobs / HUNDRED)
  const enqueueMany = (await callRate(calls, 4, () => utils.addJobs(bulk))) * HUNDRED
  const total = 100 + jobs + calls * HUNDRED
  const { promise: finished, resolve } = Promise.withResolvers<void>()
  let done = 0
  const task = async () => {
    done += 1
    if (done === total) resolve()
  }
  const started = performance.now()
  const runner = await peer.run({ ...options, concurrency: CONNECTIONS, pollInterval: 2_000, taskList: { [NAME]: task } })
  await finished
  const dispatch = total / ((performance.now() - started) / 1_000)
  await runner.stop()
  await utils.release()
  return { enqueue, enqueueMany, dispatch }
}
