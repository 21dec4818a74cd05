import { pino } from 'pino'
import { PolicyConfig } from '../../shared/contract/owner-rules.ts'
import type { Lease } from '../../shared/contract/job.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import type { Clock } from '../kernel/clock.ts'
import { createIds } from '../kernel/ids.ts'
import type { Signer } from '../kernel/signing.ts'
import { fakeFacts } from './attempt.fixture.ts'
import type { Devices } from './devices.ts'
import { PLAIN_GRID, PLAIN_RULES } from './grid-watch.fake.ts'
import { createGridWatch } from './grid-watch.ts'
import { createFakeSignals } from './idle/signals/sources.fake.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { PROCESSOR_ONLY } from './jobs/machine.fixture.ts'
import type { Runtime } from './jobs/runtime.ts'
import type { Meter } from './metering/meter.ts'
import { createNews } from './news.ts'
import { type OwnerPolicy, createOwnerPolicy } from './owner-policy.ts'
import type { AgentStores } from './stores.ts'
import { type Work, type WorkDeps, createWork } from './work.ts'

export interface TestWork extends Work {
  readonly policy: ReturnType<typeof createOwnerPolicy>
  readonly grid: ReturnType<typeof createGridWatch>
  readonly news: ReturnType<typeof createNews>
  /** A job that ran and left the proof of it in the outbox. */
  readonly finish: (id: string) => Promise<void>
}

/** Named lease for tests with more than one. */
export const leaseNamed = (id: string): Lease => fakeLease({ leaseId: id, jobId: `job-${id}`, attemptId: `attempt-${id}` })

/** A meter that sees nothing. */
export const testMeter: Meter = {
  latest: () => null,
  readings: () => [],
  hottestC: () => null,
  figures: () => new Map(),
  run: async () => undefined,
  start: () => ({ stop: async () => fakeFacts() }),
  soFar: () => null,
  suspend: () => undefined,
  recoverMeasured: () => null,
}

/** A machine with a processor and nothing else. */
export const testDevices: Devices = {
  list: () => [],
  seen: () => [],
  lent: () => [],
  offered: async () => [],
  machine: () => PROCESSOR_ONLY,
  objections: () => [],
  set: () => undefined,
}

/** The working part of an agent on real stores, on a machine nobody uses, without hardware or sandbox of its own. */
export function createTestWork(given: {
  readonly stores: AgentStores
  readonly signer: Signer
  /** Left out, the key that signs is the node's first. */
  readonly nodeId?: string
  readonly clock: Clock
  readonly runtimes?: ReadonlyMap<RuntimeName, Runtime>
  readonly checkpoints?: WorkDeps['checkpoints']
  readonly meter?: Meter
  readonly devices?: Devices
  readonly policy?: OwnerPolicy
  readonly giveBack?: WorkDeps['giveBack']
}): TestWork {
  const { stores, clock } = given
  const { settings } = stores
  const news = createNews(clock)
  const grid = createGridWatch({
    ...PLAIN_GRID,
    zone: () => 'GB-13',
    rules: () => ({ ...PLAIN_RULES, gate: { kind: 'always' } }),
    settings,
    clock,
    anyway: () => false,
    changed: () => news.changed('grid'),
  })
  const policy =
    given.policy ??
    createOwnerPolicy({
      config: () => PolicyConfig.parse({ dedicated: true, allowBattery: true }),
      settings,
      clock,
      readSignals: () => ({ ...createFakeSignals(clock).read(), temperatureC: null, others: [] }),
      job: () => null,
      act: () => undefined,
      yielded: () => undefined,
      decided: () => undefined,
      changed: () => news.changed('status'),
    })
  const log = pino({ level: 'silent' })
  const memory = { before: async () => new Map(), released: async () => undefined }
  const giveBack = { begun: () => undefined, gaveWay: () => undefined, gone: () => undefined, memory, mayFetch: () => true }
  const work = createWork({
    runtimes: new Map(),
    nodeId: given.signer.keyId,
    meter: testMeter,
    devices: testDevices,
    checkpoints: { importCheckpoint: async () => undefined },
    ...given,
    ids: createIds(clock),
    log,
    logs: { write: () => undefined, end: () => undefined },
    policy,
    grid,
    news,
    giveBack: given.giveBack ?? giveBack,
  })
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
