import { HUNDRED, PAYLOAD, type QueueLoad, type QueueRates, callRate } from './queue.ts'

interface Boss {
  readonly on: (event: 'error', listener: (error: Error) => void) => unknown
  readonly start: () => Promise<unknown>
  readonly stop: (options: { graceful: boolean }) => Promise<unknown>
  readonly createQueue: (name: string) => Promise<unknown>
  readonly send: (name: string, data: object) => Promise<unknown>
  readonly insert: (name: string, jobs: readonly { data: object }[]) => Promise<unknown>
  readonly fetch: (name: string, options: { batchSize: number }) => Promise<readonly { id: string }[] | null>
  readonly complete: (name: string, ids: readonly string[]) => Promise<unknown>
}
/** The part of pg-boss that is measured. */
export interface PgBossModule {
  readonly PgBoss: new (options: { connectionString: string; max: number; supervise: boolean; schedule: boolean }) => Boss
}

const CONNECTIONS = 20
const NAME = 'bench'

export async function measurePgBoss({ PgBoss }: PgBossModule, url: string, { jobs, callers }: QueueLoad): Promise<QueueRates> {
  const boss = new PgBoss({ connectionString: url, max: CONNECTIONS, supervise: false, schedule: false })
  boss.on('error', () => undefined)
  await boss.start()
  await boss.createQueue(NAME)
  const send = () => boss.send(NAME, PAYLOAD)
  await callRate(100, callers, send)
  const enqueue = await callRate(jobs, callers, send)
  const bulk = Array.from({ length: HUNDRED }, () => ({ data: PAYLOAD }))
  const enqueueMany = (await callRate(Math.ceil(jobs / HUNDRED), 4, () => boss.insert(NAME, bulk))) * HUNDRED
  const dispatch = await callRate(jobs, CONNECTIONS, async () => {
    const [job] = (await boss.fetch(NAME, { batchSize: 1 })) ?? []
    if (job) await boss.complete(NAME, [job.id])
  })
  await boss.stop({ graceful: false })
  return { enqueue, enqueueMany, dispatch }
}
