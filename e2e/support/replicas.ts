import { createPostgresDatabase } from '../../main/coordinator/persistence/postgres-databases.fixture.ts'
import { startS3 } from '../../main/coordinator/persistence/s3.fake.ts'
import { systemClock } from '../../main/kernel/clock.ts'
import type { ReplicaView } from '../../shared/contract/replica.ts'
import { startBalancer } from './balancer.ts'
import { type AgentReady, type CoordinatorReady, startFleet } from './fleet.ts'
import { type Service, answer, until } from './windfall.ts'

/** Coordinators over one PostgreSQL database, one bucket and one set of keys, behind one address, with the agents that work for them. */
export interface Replicas extends AsyncDisposable {
  readonly rpcUrl: string
  /** Of one of them, for commands; none of them is special. */
  readonly directory: (name: string) => string
  readonly start: (name: string) => Promise<Service<CoordinatorReady>>
  readonly kill: (name: string) => Promise<void>
  /** SIGSTOP, as a machine that is suspended or starved; SIGCONT. */
  readonly pause: (name: string) => void
  readonly resume: (name: string) => void
  readonly stderr: (name: string) => string
  readonly startAgent: (name: string) => Promise<Service<AgentReady>>
  /** Who there is, as one of them sees it. */
  readonly seenBy: (name: string) => Promise<readonly ReplicaView[]>
  /** Which of them runs a shard, and under which epoch, once somebody other than `after` does. */
  readonly ownerOf: (shard: string, of: { readonly seenBy: string; readonly after?: string }) => Promise<{ readonly name: string; readonly epoch: number }>
}

export async function startReplicas(root: string): Promise<Replicas> {
  const fleet = await startFleet(root)
  const [database, s3, balancer] = [await createPostgresDatabase(), await startS3(systemClock), await startBalancer()]
  const env = {
    WINDFALL_DATABASE_URL: database.url,
    WINDFALL_SECRETS_DIRECTORY: fleet.directory('secrets'),
    WINDFALL_S3_BUCKET: s3.place.bucket,
    WINDFALL_S3_ENDPOINT: s3.place.endpoint,
    WINDFALL_S3_REGION: s3.place.region,
    WINDFALL_S3_PREFIX: s3.place.prefix,
    AWS_ACCESS_KEY_ID: s3.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.keys.secretAccessKey,
  }
  const running = new Map<string, Service<CoordinatorReady>>()
  const replica = (name: string): Service<CoordinatorReady> => {
    const service = running.get(name)
    if (!service) throw new Error(`there is no coordinator ${name}`)
    return service
  }
  const seenBy = async (name: string) => (await answer<{ replicas: ReplicaView[] }>(['coordinator', 'status', '--data', fleet.directory(name)])).replicas
  const nameOf = (url: string) => [...running].find(([, { ready }]) => ready.url === url)?.[0] ?? url
  return {
    rpcUrl: fleet.rpcUrl,
    directory: fleet.directory,
    async start(name) {
      const service = await fleet.startCoordinator(name, env)
      running.set(name, service)
      balancer.add(service.ready.url)
      return service
    },
    async kill(name) {
      const service = replica(name)
      balancer.remove(service.ready.url)
      await service.kill()
    },
    pause(name) {
      balancer.remove(replica(name).ready.url)
      process.kill(replica(name).pid, 'SIGSTOP')
    },
    resume(name) {
      process.kill(replica(name).pid, 'SIGCONT')
      balancer.add(replica(name).ready.url)
    },
    stderr: (name) => replica(name).stderr(),
    startAgent: (name) => fleet.startAgent(name, balancer.url),
    seenBy,
    async ownerOf(shard, { seenBy: by, after }) {
      const look = async () => {
        const owner = (await seenBy(by)).find(({ isThere, shards }) => isThere && shards.some((one) => one.shard === shard))
        return { name: nameOf(owner?.url ?? ''), epoch: owner?.shards.find((one) => one.shard === shard)?.epoch ?? 0 }
      }
      return until(look, ({ name, epoch }) => epoch > 0 && name !== after, { what: `a coordinator that runs ${shard}` })
    },
    async [Symbol.asyncDispose]() {
      // What is stopped cannot end.
      for (const { pid, alive } of running.values()) if (alive()) process.kill(pid, 'SIGCONT')
      await using rest = new AsyncDisposableStack()
      rest.defer(database.drop)
      rest.use(s3)
      rest.use(balancer)
      rest.use(fleet)
    },
  }
}
