/** Two coordinators over one PostgreSQL, against plain `SKIP LOCKED` by a hundred on the same server. */
import { Pool } from 'pg'
import { startS3 } from '../../../main/coordinator/persistence/s3.fake.ts'
import { systemClock } from '../../../main/kernel/clock.ts'
import { startPostgres } from '../../../main/coordinator/persistence/postgres-server.fixture.ts'
import { HUNDRED, PAYLOAD, callRate } from '../peers/queue.ts'
import { type MeasureRows, atLeast } from '../row.ts'
import { openStage } from '../server.ts'
import { dispatchRate, enqueueArrays } from '../windfall-queue.ts'

const DURABLE = ['-c', 'fsync=on', '-c', 'full_page_writes=on', '-c', 'synchronous_commit=on', '-c', 'shared_buffers=512MB', '-c', 'max_wal_size=4GB']
const CONNECTIONS = 4

/** Leases a hundred and acknowledges them, over and over: what a database alone can do. */
async function skipLockedRate(connectionString: string, jobs: number): Promise<number> {
  const pool = new Pool({ connectionString, max: CONNECTIONS })
  await pool.query('CREATE TABLE bench_job (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state smallint NOT NULL DEFAULT 0, body jsonb NOT NULL)')
  await pool.query('CREATE INDEX bench_ready ON bench_job (id) WHERE state = 0')
  const body = JSON.stringify(PAYLOAD)
  await pool.query('INSERT INTO bench_job (body) SELECT $1::jsonb FROM generate_series(1, $2::int)', [body, jobs])
  const lease = `UPDATE bench_job SET state = 1 WHERE id IN (SELECT id FROM bench_job WHERE state = 0 ORDER BY id LIMIT ${HUNDRED} FOR UPDATE SKIP LOCKED) RETURNING id`
  const rate = await callRate(Math.floor(jobs / HUNDRED), CONNECTIONS, async () => {
    const { rows } = await pool.query<{ id: string }>(lease)
    await pool.query('UPDATE bench_job SET state = 2 WHERE id = ANY($1::bigint[]) AND state = 1', [rows.map(({ id }) => id)])
  })
  await pool.end()
  return rate * HUNDRED
}

export const replicaRows: MeasureRows = async ({ quick, say }) => {
  await using stage = await openStage(say)
  const postgres = await startPostgres(DURABLE)
  try {
    const reference = await skipLockedRate(postgres.url, quick ? 5_000 : 50_000)
    await using s3 = await startS3(systemClock)
    const env = {
      WINDFALL_DATABASE_URL: postgres.url,
      WINDFALL_SECRETS_DIRECTORY: stage.directory('secrets'),
      WINDFALL_S3_BUCKET: s3.place.bucket,
      WINDFALL_S3_ENDPOINT: s3.place.endpoint,
      WINDFALL_S3_REGION: s3.place.region,
      WINDFALL_S3_PREFIX: s3.place.prefix,
      AWS_ACCESS_KEY_ID: s3.keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3.keys.secretAccessKey,
    }
    const first = await stage.start('replica-one', { env })
    const second = await stage.start('replica-two', { env })
    await enqueueArrays(first, quick ? 2_000 : 20_000)
    const ms = quick ? 8_000 : 30_000
    const rates = await Promise.all([first, second].map((replica) => dispatchRate(replica, { callers: 32, ms })))
    const ours = rates.reduce((sum, rate) => sum + rate, 0)
    return [atLeast({ name: 'two-replicas', unit: 'jobs/s', ours, reference, referenceName: `SKIP LOCKED by ${HUNDRED}`, bar: 0.6 })]
  } finally {
    await postgres.stop()
  }
}
