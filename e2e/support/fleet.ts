import { join } from 'node:path'
import type { JobView } from '../../shared/contract/job.ts'
import { type Service, answer, startService, until } from './windfall.ts'

/** Coordinator, chain and agents as processes of their own, talking over loopback like machines would. */
export interface Fleet extends AsyncDisposable {
  readonly directory: (part: string) => string
  readonly rpcUrl: string
  readonly startCoordinator: () => Promise<Service<CoordinatorReady>>
  readonly startAgent: (name: string, coordinatorUrl: string, more?: readonly string[]) => Promise<Service<AgentReady>>
}

export interface CoordinatorReady {
  readonly url: string
  readonly hotWallet: string
}

export interface AgentReady {
  readonly nodeId: string
  readonly url: string
  readonly payoutAddress: string | null
}

/** Starts the chain; the rest is started, killed and started again by the test. */
export async function startFleet(root: string, coordinatorPort: number): Promise<Fleet> {
  const directory = (part: string) => join(root, part)
  const chain = await startService<{ rpcUrl: string }>(['localnet', '--data', directory('chain'), '--port', '0', '--slot-ms', '50'])
  const services: Service<unknown>[] = [chain]
  const keep = async <T>(starting: Promise<Service<T>>): Promise<Service<T>> => {
    const service = await starting
    services.push(service)
    return service
  }
  return {
    directory,
    rpcUrl: chain.ready.rpcUrl,
    startCoordinator: () =>
      keep(
        startService([
          'coordinator',
          '--data',
          directory('coordinator'),
          '--port',
          String(coordinatorPort),
          '--rpc',
          chain.ready.rpcUrl,
          '--test-funds',
          '--no-live-grid',
        ]),
      ),
    startAgent: (name, url, more = []) =>
      keep(
        startService([
          'agent',
          '--data',
          directory(name),
          '--coordinator',
          url,
          '--dedicated',
          '--gate',
          'always',
          '--zone',
          'GB-13',
          '--test-wallet',
          ...more,
        ]),
      ),
    async [Symbol.asyncDispose]() {
      for (const service of services.toReversed()) if (service.alive()) await service.stop()
    },
  }
}

export const FINAL: readonly JobView['state'][] = ['completed', 'failed', 'expired', 'cancelled']

/** Waits for a job to end and returns it. */
export const ended = (data: string, jobId: string, timeoutMs = 120_000): Promise<JobView> =>
  until(
    () => answer<JobView>(['job', 'show', jobId, '--data', data]),
    (job) => FINAL.includes(job.state),
    { what: `the end of job ${jobId}`, timeoutMs },
  )
