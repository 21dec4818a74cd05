/** What coordinators over one PostgreSQL share: the database and a place for blobs. */
import { startPostgres } from '../../main/coordinator/persistence/postgres-server.fixture.ts'
import { startS3 } from '../../main/coordinator/persistence/s3.fake.ts'
import { systemClock } from '../../main/kernel/clock.ts'
import type { Coordinator, Stage } from './server.ts'

const DURABLE = ['-c', 'fsync=on', '-c', 'full_page_writes=on', '-c', 'synchronous_commit=on', '-c', 'shared_buffers=512MB', '-c', 'max_wal_size=4GB']

export interface Site extends AsyncDisposable {
  readonly postgresUrl: string
  /** One more coordinator of this site. */
  readonly start: (stage: Stage, name: string) => Promise<Coordinator>
}

/** A site without coordinators, whose database waits for the disk as it has to. It is to end after the stage on which they run. */
export async function openSite(): Promise<Site> {
  const postgres = await startPostgres(DURABLE)
  const s3 = await startS3(systemClock)
  return {
    postgresUrl: postgres.url,
    start: (stage, name) =>
      stage.start(name, {
        env: {
          WINDFALL_DATABASE_URL: postgres.url,
          WINDFALL_SECRETS_DIRECTORY: stage.directory('secrets'),
          WINDFALL_S3_BUCKET: s3.place.bucket,
          WINDFALL_S3_ENDPOINT: s3.place.endpoint,
          WINDFALL_S3_REGION: s3.place.region,
          WINDFALL_S3_PREFIX: s3.place.prefix,
          AWS_ACCESS_KEY_ID: s3.keys.accessKeyId,
          AWS_SECRET_ACCESS_KEY: s3.keys.secretAccessKey,
        },
      }),
    async [Symbol.asyncDispose]() {
      await s3[Symbol.asyncDispose]()
      await postgres.stop()
    },
  }
}
