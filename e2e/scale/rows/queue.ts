/** Jobs in, and out to nodes, against job queues that are as durable, one right after the other on the same machine. */
import { startPostgres } from '../../../main/coordinator/persistence/postgres-server.fixture.ts'
import { messageOf } from '../../../shared/errors.ts'
import { installQueues, installRedis } from '../peers/install.ts'
import { type QueueName, measureQueue } from '../peers/measure.ts'
import type { QueueLoad, QueueRates } from '../peers/queue.ts'
import { startRedis } from '../peers/redis.ts'
import { type MeasureRows, type Row, atLeast, notMeasured } from '../row.ts'
import { openStage } from '../server.ts'
import { measureWindfall } from '../windfall-queue.ts'

/** Answers are on disk, as ours are. */
const DURABLE = ['-c', 'fsync=on', '-c', 'full_page_writes=on', '-c', 'synchronous_commit=on', '-c', 'shared_buffers=512MB', '-c', 'max_wal_size=4GB']

const BARS: Readonly<Record<QueueName, { readonly title: string; readonly enqueue: number; readonly dispatch: number }>> = {
  bullmq: { title: 'BullMQ 6.7, AOF always', enqueue: 1.5, dispatch: 2.2 },
  'pg-boss': { title: 'pg-boss 12.30', enqueue: 10, dispatch: 10 },
  'graphile-worker': { title: 'graphile-worker 0.18', enqueue: 10, dispatch: 10 },
}

async function measurePeer(name: QueueName, load: QueueLoad, say: (line: string) => void): Promise<QueueRates> {
  const folder = await installQueues(say)
  if (name === 'bullmq') {
    await using redis = await startRedis(await installRedis(say))
    return await measureQueue({ name, folder, server: String(redis.port), ...load })
  }
  const postgres = await startPostgres(DURABLE)
  try {
    return await measureQueue({ name, folder, server: postgres.url, ...load })
  } finally {
    await postgres.stop()
  }
}

async function rowsAgainst(name: QueueName, ours: () => Promise<QueueRates>, peer: () => Promise<QueueRates>): Promise<readonly Row[]> {
  const { title, ...bars } = BARS[name]
  const about = (kind: string, bar: number) => ({ name: `${kind}-${name}`, unit: 'jobs/s', referenceName: title, bar })
  try {
    const theirs = await peer()
    const mine = await ours()
    return [
      atLeast({ ...about('enqueue', bars.enqueue), ours: mine.enqueue, reference: theirs.enqueue }),
      atLeast({ ...about('enqueue-by-100', 1), ours: mine.enqueueMany, reference: theirs.enqueueMany }),
      atLeast({ ...about('dispatch', bars.dispatch), ours: mine.dispatch, reference: theirs.dispatch }),
    ]
  } catch (error) {
    const [why] = messageOf(error).split('\n')
    return [notMeasured(about('enqueue', bars.enqueue), why ?? ''), notMeasured(about('dispatch', bars.dispatch), why ?? '')]
  }
}

export const queueRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  const load = { jobs: quick ? 1_000 : 10_000, callers: 64 }
  const rows: Row[] = []
  for (const name of Object.keys(BARS) as QueueName[]) {
    const ours = async () => measureWindfall(await stage.start(`queue-${name}`), load)
    rows.push(...(await rowsAgainst(name, ours, () => measurePeer(name, load, say))))
  }
  return rows
}
