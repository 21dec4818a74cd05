import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../main/kernel/free-port.fixture.ts'
import type { JobView } from '../../shared/contract/job.ts'
import { type Service, answer, startService, until } from './windfall.ts'

/** Coordinator, chain and agents as processes of their own, talking over loopback like machines would. */
export interface Fleet extends AsyncDisposable {
  readonly directory: (part: string) => string
  readonly rpcUrl: string
  /** By default the only one, always at the same address. */
  readonly startCoordinator: (name?: string, env?: Readonly<Record<string, string>>) => Promise<Service<CoordinatorReady>>
  readonly startAgent: (name: string, coordinatorUrl: string, env?: Readonly<Record<string, string>>) => Promise<Service<AgentReady>>
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

/** A cheap SOL makes even a job of half a second worth more lamports than its share of the fee. */
const COORDINATOR = { heartbeatMs: 1_000, leaseTtlMs: 10_000, payoutThresholdLamports: '0', microUsdPerSol: '1500000', anchorEveryMs: 2_000 }

function writeSettings(directory: string, settings: object): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  writeFileSync(join(directory, 'settings.json'), JSON.stringify(settings))
}

/** Starts the chain; the rest is started, killed and started again by the test. */
export async function startFleet(root: string): Promise<Fleet> {
  const ports = new Map<string, number>()
  const directory = (part: string) => join(root, part)
  const chain = await startService<{ rpcUrl: string }>(['localnet', '--data', directory('chain'), '--port', '0', '--slot-ms', '40'])
  const services: Service<unknown>[] = [chain]
  const keep = async <T>(starting: Promise<Service<T>>): Promise<Service<T>> => {
    const service = await starting
    services.push(service)
    return service
  }
  const { rpcUrl } = chain.ready
  return {
    directory,
    rpcUrl,
    startCoordinator: async (name = 'coordinator', env = {}) => {
      const port = ports.get(name) ?? (await freePort())
      ports.set(name, port)
      writeSettings(directory(name), { coordinator: COORDINATOR })
      return keep(startService(['coordinator', '--data', directory(name), '--port', String(port), '--rpc', rpcUrl, '--test-funds', '--no-live-grid'], env))
    },
    startAgent: (name, url, env = {}) => {
      writeSettings(directory(name), { agent: { policy: { dedicated: true, allowBattery: true } } })
      return keep(startService(['agent', '--data', directory(name), '--coordinator', url, '--gate', 'always', '--zone', 'GB-13', '--test-wallet', rpcUrl], env))
    },
    async [Symbol.asyncDispose]() {
      const fallen = services.flatMap((service) => service.fall() ?? [])
      for (const service of services.toReversed()) await service.stop()
      if (fallen.length > 0) throw new Error(fallen.join('\n'))
    },
  }
}

/** What a wallet holds on the fleet's chain, lamports. */
export async function balanceOf({ rpcUrl }: Pick<Fleet, 'rpcUrl'>, address: string): Promise<bigint> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getBalance', params: [address, { commitment: 'finalized' }] }),
  })
  const { result } = (await response.json()) as { result: { value: number } }
  return BigInt(result.value)
}

/** What a fresh test wallet was opened with, once that is final. */
export const openingBalanceOf = (fleet: Pick<Fleet, 'rpcUrl'>, address: string): Promise<bigint> =>
  until(
    () => balanceOf(fleet, address),
    (balance) => balance > 0n,
    { what: `the opening of wallet ${address}` },
  )

/** What `windfall ledger check` answers. */
export interface Books {
  readonly balanced: boolean
  readonly sums: readonly { readonly asset: string; readonly sum: string }[]
  readonly confirmedMicroUsd: string
  readonly paidMicroUsd: string
  readonly paidLamports: string
  readonly findings: readonly string[]
}

/** Submits a bundled job with arguments of its own; a machine that has just come says a moment later what it can run. */
export const submitSample = (data: string, sample: 'wasm' | 'docker', args: readonly string[]): Promise<JobView> =>
  until(
    () => answer<JobView>(['job', 'submit', '--sample', sample, '--data', data, ...args.flatMap((arg) => ['--arg', arg])]),
    () => true,
    { what: 'a machine that can take the job' },
  )

export const FINAL: readonly JobView['state'][] = ['completed', 'failed', 'expired', 'cancelled']

/** Waits for a job to end and returns it. */
export const ended = (data: string, jobId: string, timeoutMs = 120_000): Promise<JobView> =>
  until(
    () => answer<JobView>(['job', 'show', jobId, '--data', data]),
    (job) => FINAL.includes(job.state),
    { what: `the end of job ${jobId}`, timeoutMs },
  )
