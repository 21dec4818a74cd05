import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { PolicyConfig } from '../../shared/contract/owner-rules.ts'
import type { Lease } from '../../shared/contract/job.ts'
import type { RuntimeName } from '../../shared/contract/wire.ts'
import type { Clock } from '../kernel/clock.ts'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { createSigner, generateKeyPem } from '../kernel/signing.ts'
import { openGiveBack } from './give-back.ts'
import { createFakeSignals } from './idle/signals/sources.fake.ts'
import { askToEnd } from './jobs/container-end.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { PROCESSOR_ONLY, aGpu } from './jobs/machine.fixture.ts'
import { type Runtime, runResult } from './jobs/runtime.ts'
import type { OwnerSignals } from './owner-signals.ts'
import { openAgentStores } from './stores.ts'
import { type TestWork, createTestWork, testDevices, testMeter } from './work.fixture.ts'

const GIB = 1_073_741_824
const LOOK_EVERY_MS = 250
const CARD = aGpu('gpu', { containerIds: [] })
/** Milliseconds that a real engine needed for each, with some to spare. */
const ENGINE_MS = { freeze: 10, kill: 65 }

/** How a job behaves that is asked to go. */
export interface JobManners {
  /** Milliseconds until it ends after it was asked to; `Infinity` if it does not listen. */
  readonly endsAfterMs: number
  /** Milliseconds until the GPU has its memory back after the job is gone. */
  readonly releasesAfterMs: number
}

export interface JobTraits {
  readonly gpu?: boolean
  /** Whether it saves its work. */
  readonly checkpoints?: boolean
}

const leaseOf = (id: string, { gpu = true, checkpoints = true }: JobTraits): Lease => {
  const lease = fakeLease({ leaseId: id, jobId: id, attemptId: id })
  return { ...lease, spec: { ...lease.spec, checkpoints, needs: { ...lease.spec.needs, gpus: gpu ? 1 : 0 } } }
}

interface Card {
  usedBytes: number
  processes: number[]
  manners: JobManners
}

interface MachineParts {
  readonly clock: Clock
  readonly card: Card
  readonly config: PolicyConfig
  readonly runtimes: ReadonlyMap<RuntimeName, Runtime>
}

/** An owner and a machine: everything is real but the signals, which are looked at each 250 ms, and the card. */
export function openMachine({ clock, card, config, runtimes }: MachineParts) {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-give-back-'))
  const stores = openAgentStores(folder)
  const ended = new AbortController()
  const world = createFakeSignals(clock)
  const giveBack = openGiveBack(
    {
      config: () => config,
      stores,
      clock,
      log: pino({ level: 'silent' }),
      environment: {},
      meter: testMeter,
      devices: testDevices,
      lent: () => [],
      readMemory: async () => [{ deviceId: 'gpu', usedBytes: card.usedBytes, processes: card.processes }],
      askWindows: null,
      work: () => work,
      openSignals: ({ polled }) => polledSignals({ clock, world, polled }),
      dayCode: () => 'no-jobs',
      changed: () => undefined,
    },
    ended.signal,
  )
  const work: TestWork = createTestWork({
    stores,
    signer: createSigner(generateKeyPem()),
    clock,
    runtimes,
    devices: { ...testDevices, machine: () => ({ ...PROCESSOR_ONLY, gpus: [CARD], processor: [CARD] }) },
    policy: giveBack.policy,
    giveBack: giveBack.forRunner,
  })
  work.setSource({ fetchArchive: async () => new Uint8Array() })
  const running = Promise.all([...giveBack.runs, work.runner.run].map((run) => run(ended.signal)))
  const close = async (settle: () => Promise<unknown>) => {
    ended.abort()
    await settle()
    await running
    stores[Symbol.dispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...giveBack, work, stores, close, set: world.set, job: (id: string) => stores.jobs.get(id) }
}

interface Polled {
  readonly clock: Clock
  readonly world: ReturnType<typeof createFakeSignals>
  readonly polled: () => void
}

/** What the world is like, as known since the last look. */
function polledSignals({ clock, world, polled }: Polled): OwnerSignals {
  let looked = world.read()
  return {
    read: () => ({ ...looked, temperatureC: 50, others: [] }),
    report: world.report,
    tick: async () => undefined,
    sources: () => [],
    seeDevice: () => undefined,
    freeVram: () => null,
    isMetered() {
      const { network } = world.read()
      return network !== 'unknown' && network.value === 'metered'
    },
    async run(signal) {
      while (await clock.sleep(LOOK_EVERY_MS, signal)) {
        looked = world.read()
        polled()
      }
    },
  }
}

/** A machine on a clock of its own, with a sandbox that behaves as told. */
export function aMachine(manners: JobManners, config: Partial<PolicyConfig> = {}) {
  const clock = createFakeClock()
  const settings = PolicyConfig.parse(config)
  const card: Card = { usedBytes: GIB, processes: [], manners }
  const seen: { at: number; what: string }[] = []
  const note = (what: string) => seen.push({ at: clock.monotonic(), what })
  const runtime = aRuntime({ clock, card, note, graceMs: () => settings.graceMs })
  const machine = openMachine({ clock, card, config: settings, runtimes: new Map([['wasm', runtime]]) })
  onTestFinished(() => machine.close(() => clock.advance(20_000)))
  return {
    ...machine,
    clock,
    card,
    offer: (id: string, traits: JobTraits = {}) => machine.work.runner.offer(leaseOf(id, traits)),
    /** When something was first seen, counted from a moment. */
    sinceMs: (from: number, what: string) => (seen.find((one) => one.at >= from && one.what === what)?.at ?? Infinity) - from,
  }
}

interface RuntimeScene {
  readonly clock: ReturnType<typeof createFakeClock>
  readonly card: Card
  readonly note: (what: string) => void
  readonly graceMs: () => number
}

/** A sandbox that behaves as a container does, and ends as one: asked to go and given time if it saves its work, killed. */
function aRuntime({ clock, card, note, graceMs }: RuntimeScene): Runtime {
  const never = new AbortController().signal
  const take = async (ms: number, what: string) => {
    await clock.sleep(ms, never)
    note(what)
    return true
  }
  return {
    name: 'wasm',
    probe: async () => ({ available: true, version: 'fake' }),
    prepare: async ({ runtime, fetchArchive }, _, signal) => void (runtime.archive && (await fetchArchive(runtime.archive, signal))),
    sweep: async () => [],
    async run({ checkpoints }, { onStarted, onSlowed }, signal) {
      let isFrozen = false
      card.usedBytes += 6 * GIB
      note('started')
      onStarted({
        freeze: () => take(ENGINE_MS.freeze, 'frozen').finally(() => (isFrozen = true)),
        thaw: () => take(ENGINE_MS.freeze, 'thawed').finally(() => (isFrozen = false)),
        throttle: () => take(ENGINE_MS.freeze, 'throttled'),
      })
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      note('asked')
      const { endsAfterMs, releasesAfterMs } = card.manners
      const exit = Promise.withResolvers<void>()
      const engine = {
        setCpus: async () => void (await clock.sleep(ENGINE_MS.freeze, never)),
        terminate: async () => void (endsAfterMs < Infinity && clock.sleep(endsAfterMs, never).then(() => exit.resolve())),
      }
      const grace = { ms: () => (checkpoints && !isFrozen ? graceMs() : 0), slowed: () => onSlowed?.(), passed: () => note('deaf') }
      await askToEnd({ engine, clock, id: 'fake', cpus: 1, grace }, exit.promise)
      // To kill what has ended by itself takes a moment as well.
      await clock.sleep(ENGINE_MS.kill, never)
      note('gone')
      void take(releasesAfterMs, 'released').then(() => (card.usedBytes -= 6 * GIB))
      return runResult({ end: 'stopped', exitCode: 143, output: new Uint8Array(), logTail: '' })
    },
  }
}
