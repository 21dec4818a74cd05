import { pino } from 'pino'
import type { Lease } from '../../shared/contract/job.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import type { Clock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import type { Signer } from '../kernel/signing.ts'
import { fakeFacts } from './attempt.fixture.ts'
import { createGridWatch } from './grid-watch.ts'
import { PolicyConfig } from './idle/policy-config.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import type { Runtime } from './jobs/runtime.ts'
import type { Meter } from './metering/meter.ts'
import { createNews } from './news.ts'
import { createOwnerPolicy } from './owner-policy.ts'
import type { AgentStores } from './stores.ts'
import { type Work, createWork } from './work.ts'

export interface TestWork extends Work {
  readonly policy: ReturnType<typeof createOwnerPolicy>
  readonly grid: ReturnType<typeof createGridWatch>
  readonly news: ReturnType<typeof createNews>
  /** A job that ran and left the proof of it in the outbox. */
  readonly finish: (id: string) => Promise<void>
}

/** Named lease for tests with more than one. */
export const leaseNamed = (id: string): Lease => fakeLease({ leaseId: id, jobId: `job-${id}`, attemptId: `attempt-${id}` })

const meter: Meter = {
  latest: () => null,
  readings: () => [],
  hottestC: () => null,
  devices: () => [],
  run: async () => undefined,
  start: () => ({ stop: async () => fakeFacts() }),
}

/** The working part of an agent on real stores, on a machine nobody uses, without hardware or sandbox of its own. */
export function createTestWork(given: {
  readonly stores: AgentStores
  readonly signer: Signer
  readonly clock: Clock
  readonly runtimes?: ReadonlyMap<RuntimeName, Runtime>
}): TestWork {
  const { stores, clock } = given
  const { settings } = stores
  const news = createNews(clock)
  const grid = createGridWatch({ zone: 'GB-13', rule: { kind: 'always' }, settings, clock, changed: () => news.changed('grid') })
  const policy = createOwnerPolicy({
    config: PolicyConfig.parse({ dedicated: true, allowBattery: true }),
    settings,
    clock,
    readSignals: () => ({ inputIdle: 'unknown', powerSupply: 'unknown', temperatureC: null, others: [] }),
    jobRunning: () => false,
    onRevoked: () => undefined,
    changed: () => news.changed('status'),
  })
  const detection = { cpu: { vendor: 'test', model: 'test', packages: 1, cores: 2, threads: 4, memoryBytes: 0 }, sources: [], seen: [] }
  const log = pino({ level: 'silent' })
  const work = createWork({ runtimes: new Map(), ...given, ids: createIds(clock), log, meter, detection, policy, grid, news })
  return {
    ...work,
    policy,
    grid,
    news,
    async finish(id) {
      const lease = leaseNamed(id)
      stores.jobs.add(lease, clock.now())
      await work.prover.prove(lease, fakeFacts(), new TextEncoder().encode(`output of ${id}`))
    },
  }
}
