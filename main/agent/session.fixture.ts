import { pino } from 'pino'
import { toIso } from '../../shared/units.ts'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import type { DeviceKeys } from '../kernel/device-key.ts'
import { createIds } from '../kernel/ids.ts'
import type { Signer } from '../kernel/signing.ts'
import { fakeFacts } from './attempt.fixture.ts'
import { parseAgentConfig } from './config.ts'
import { createCoordinatorSession } from './coordinator-session.ts'
import { PLAIN_GRID, PLAIN_RULES } from './grid-watch.fake.ts'
import { createGridWatch } from './grid-watch.ts'
import { createLiveLogs } from './jobs/live-logs.ts'
import { createNews } from './news.ts'
import { createStoredProver } from './stored-prover.ts'
import type { AgentStores } from './stores.ts'
import type { WorkGuard } from './work.ts'

const softwareKeys = (signer: Signer): DeviceKeys => ({
  nodeId: signer.keyId,
  signer,
  history: () => ({ firstKey: signer.publicJwk, rotations: [] }),
  next: () => null,
  prepare: () => Promise.reject(new Error('not here')),
  adopt: async () => undefined,
  postpone: () => undefined,
  describe: () => {
    throw new Error('not here')
  },
})

interface Given {
  readonly url: string
  readonly directory: string
  readonly stores: AgentStores
  readonly signer: Signer
  readonly clock?: FakeClock
}

/** The whole link of an agent over real sockets; its work is done at once, and what it was set to do is written down. */
export function startTestSession({ url, directory, stores, signer, clock = createFakeClock() }: Given) {
  const news = createNews(clock)
  const logs = createLiveLogs({ clock, ids: createIds(clock) })
  const seen = { ran: [] as string[], cancelled: [] as string[], yielded: [] as string[] }
  let guard: WorkGuard | null = null
  const { prove, realign } = createStoredProver({ stores, nodeId: signer.keyId, signer, ids: createIds(clock), clock, handOver: () => undefined })
  const work = (leaseId: string) => {
    const lease = stores.jobs.open().find((job) => job.lease.leaseId === leaseId && job.state === 'leased')?.lease
    if (!lease || guard?.machine() || guard?.lease(lease)) return
    seen.ran.push(leaseId)
    stores.outbox.add(`start-${leaseId}`, { kind: 'start', leaseId, token: lease.token }, clock.now())
    stores.jobs.update(leaseId, { state: 'proving' })
    void prove(lease, { ...fakeFacts(), startedAt: toIso(clock.now() - 10_000), endedAt: toIso(clock.now()) }, new TextEncoder().encode(leaseId))
  }
  const session = createCoordinatorSession({
    config: parseAgentConfig({ dataDirectory: directory, coordinatorUrl: url }),
    stores,
    keys: softwareKeys(signer),
    clock,
    log: pino({ level: 'silent' }),
    inventory: { current: () => ({ cpu: { vendor: 't', model: 't', packages: 1, cores: 2, threads: 4, memoryBytes: 0 }, sources: [], seen: [] }) },
    devices: { offered: async () => [] },
    checkpoints: { exportCheckpoint: async () => null },
    probeRuntimes: async () => [],
    sampleLog: async () => null,
    solar: { site: null, update: () => undefined },
    tariff: { current: () => null },
    grid: createGridWatch({
      ...PLAIN_GRID,
      zone: () => 'GB-13',
      rules: () => ({ ...PLAIN_RULES, gate: { kind: 'always' } }),
      settings: stores.settings,
      clock,
      anyway: () => false,
      changed: () => undefined,
    }),
    news,
    logs,
    receipts: { write: () => undefined },
    work: {
      presence: () => ({
        ready: guard?.machine() === null,
        reasons: [],
        running: stores.jobs
          .open()
          .slice(0, 64)
          .map(({ lease: { leaseId, token } }) => ({ leaseId, token, state: 'waiting' })),
      }),
      setSource: () => undefined,
      setGuard: (next) => {
        guard = next
      },
      prover: { realign },
      runner: {
        busyDevices: () => new Set(),
        offer: (lease) => {
          stores.jobs.add(lease, clock.now())
          work(lease.leaseId)
        },
        cancel: (leaseId, reason) => void seen.cancelled.push(`${leaseId} ${reason}`),
        yieldLease: (leaseId, reason) => void seen.yielded.push(`${leaseId} ${reason}`),
      },
    },
  })
  const stop = new AbortController()
  const running = session.run(stop.signal)
  return {
    ...session,
    ...seen,
    clock,
    logs,
    /** Lets time pass and sockets work until something is so; false if it takes more than so many turns. */
    async until(done: () => boolean, turns = 3_000) {
      for (let turn = 0; turn < turns && !done(); turn++) await clock.advance(20)
      return done()
    },
    /** Starts what waits, as a runner that looks again does. */
    retry: () => {
      for (const { lease } of stores.jobs.open()) work(lease.leaseId)
    },
    async stop() {
      stop.abort()
      await clock.advance(1_000)
      await running
    },
  }
}
