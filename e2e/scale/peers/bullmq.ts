import { HUNDRED, PAYLOAD, type QueueLoad, type QueueRates, callRate } from './queue.ts'

interface Connection {
  readonly host: string
  readonly port: number
  readonly maxRetriesPerRequest: null
}
interface Job {
  readonly name: string
  readonly data: unknown
  readonly opts: object
}
interface Queue {
  readonly waitUntilReady: () => Promise<unknown>
  readonly add: (name: string, data: unknown, options: object) => Promise<unknown>
  readonly addBulk: (jobs: readonly Job[]) => Promise<unknown>
  readonly close: () => Promise<void>
}
interface Worker {
  readonly waitUntilReady: () => Promise<unknown>
  readonly run: () => unknown
  readonly close: () => Promise<void>
}
/** The part of BullMQ that is measured. */
export interface BullMq {
  readonly Queue: new (name: string, options: { connection: Connection }) => Queue
  readonly Worker: new (name: string, work: () => Promise<number>, options: { connection: Connection; concurrency: number; autorun: boolean }) => Worker
}

const FORGET = { removeOnComplete: true, removeOnFail: true }

export async function measureBullMq({ Queue, Worker }: BullMq, port: number, { jobs, callers }: QueueLoad): Promise<QueueRates> {
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null } as const
  const queue = new Queue('bench', { connection })
  await queue.waitUntilReady()
  const add = () => queue.add('job', PAYLOAD, FORGET)
  await callRate(200, callers, add)
  const enqueue = await callRate(jobs, callers, add)
  const bulk = Array.from({ length: HUNDRED }, () => ({ name: 'job', data: PAYLOAD, opts: FORGET }))
  const enqueueMany = (await callRate(Math.ceil(jobs / HUNDRED), 4, () => queue.addBulk(bulk))) * HUNDRED
  const total = 200 + jobs + Math.ceil(jobs / HUNDRED) * HUNDRED
  const { promise: finished, resolve } = Promise.withResolvers<void>()
  let done = 0
  const work = async () => {
    done += 1
    if (done === total) resolve()
    return 1
  }
  const worker = new Worker('bench', work, { connection, concurrency: callers, autorun: false })
  await worker.waitUntilReady()
  const started = performance.now()
  void worker.run()
  await finished
  const dispatch = total / ((performance.now() - started) / 1_000)
  await worker.close()
  await queue.close()
  return { enqueue, enqueueMany, dispatch }
}
