import { expect } from 'vitest'
import type { JobView } from '../../shared/contract/job.ts'
import { startService, temporaryDirectory, until } from '../support/windfall.ts'
import { IMAGE } from './engine.ts'
import { type Manifest, openHelm } from './helm.ts'
import { type Pod, type PodSpec, createCluster } from './pod.ts'

const [REPOSITORY = '', TAG = ''] = IMAGE.split(':')

/** The pod that the chart makes of an operator's values, with an address of Solana that is a secret. */
async function podOf(folder: string): Promise<PodSpec> {
  const manifests = await openHelm(folder).render({
    image: { repository: REPOSITORY, tag: TAG },
    existingSecret: 'windfall',
    secretFiles: { WINDFALL_RPC_URL: 'rpc-url' },
    settings: { WINDFALL_LIVE_GRID: 'false', WINDFALL_HEARTBEAT_MS: '1000', WINDFALL_PAYOUT_THRESHOLD_LAMPORTS: '0', WINDFALL_MICRO_USD_PER_SOL: '1500000' },
    drain: { graceMs: 1_500 },
  })
  const { spec } = manifests.find(({ kind }) => kind === 'StatefulSet') as Manifest & { spec: { template: { spec: PodSpec } } }
  const { template } = spec
  const [coordinator] = template.spec.containers
  // Money of a test chain is nothing that a chart hands out.
  return { ...template.spec, containers: [{ ...coordinator, args: [...(coordinator.args ?? []), '--test-funds'] }] }
}

const windfall = async <T>(pod: Pod, ...args: string[]): Promise<T> => JSON.parse(await pod.exec('windfall', ...args, '--json')) as T
const ready = (pod: Pod) => until(pod.isReady, Boolean, { what: 'the readiness probe to pass' })

/** The chart's pod on the local engine: ready, a job to its receipt, an end in time and in order; a pod after it has everything that the first one had. */
export async function podScenario(rpcUrl: string): Promise<void> {
  using folder = temporaryDirectory()
  const spec = await podOf(folder.path)
  await using cluster = createCluster(`windfall-test-pod-${process.pid}`, { windfall: { 'rpc-url': rpcUrl } })

  const first = await cluster.start(spec)
  await ready(first)
  const agent = await startService([
    'agent',
    'run',
    '--data',
    folder.path,
    '--dedicated',
    '--gate',
    'always',
    '--zone',
    'GB-13',
    '--coordinator',
    `http://${first.address}`,
    '--test-wallet',
    rpcUrl,
  ])
  const { jobId } = await until(
    () => windfall<JobView>(first, 'job', 'submit', '--sample', 'wasm', '--arg', '96', '--arg', '72', '--arg', '1'),
    () => true,
    { what: 'a machine that can take the job' },
  )
  const job = await until(
    () => windfall<JobView>(first, 'job', 'show', jobId),
    ({ state, receiptId }) => state === 'failed' || receiptId !== null,
    {
      what: 'the receipt of the job',
    },
  )
  expect(job.state).toBe('completed')
  expect(await agent.stop()).toBe(0)
  const ended = first.end()
  await until(first.isReady, (isReady) => !isReady, { what: 'balancers to be told that it stops' })
  expect(await ended).toBe(0)

  const second = await first.startAgain()
  await ready(second)
  expect(await windfall<JobView>(second, 'job', 'show', jobId)).toMatchObject({ state: 'completed', receiptId: job.receiptId })
  expect(await windfall(second, 'ledger', 'check')).toMatchObject({ balanced: true, findings: [] })
  expect(await second.end()).toBe(0)
}
