/** An agent on a machine with two GPUs and a processor, on a clock that only the test moves; the sandbox does as it is told. */
import { expect, onTestFinished } from 'vitest'
import type { Lease } from '../../shared/contract/job.ts'
import { EnergyProof } from '../../shared/domain/energy-proof.ts'
import { launchNodeChild } from '../kernel/child.ts'
import { type FakeClock, createFakeClock } from '../kernel/clock.fake.ts'
import { createSigner, generateKeyPem, sha256Hex } from '../kernel/signing.ts'
import { openHardware } from './hardware.ts'
import { fakeLease } from './jobs/lease.fixture.ts'
import { type RunHooks, type RunRequest, type RunResult, type Runtime, runResult } from './jobs/runtime.ts'
import { uuidHashOf } from './metering/measurement.ts'
import { SILENT, type TestLoad, createTestSource, testFolder } from './metering/meter.fixture.ts'
import type { PowerSource } from './power-source.ts'
import { type AgentStores, openAgentStores } from './stores.ts'
import { type TestWork, createTestWork } from './work.fixture.ts'

const signer = createSigner(generateKeyPem())
const OUTPUT = new TextEncoder().encode('done')
const MIB = 1_048_576

export const deviceIdOf = (uuid: string): string => uuidHashOf(uuid, signer.keyId)

/** A lease for so many GPUs; none means the processor. */
export function leaseFor(id: string, gpus: number): Lease {
  const lease = fakeLease({ leaseId: id, jobId: `job-${id}`, attemptId: `attempt-${id}` })
  const runtime = { name: 'docker' as const, image: lease.spec.runtime.image, archive: null, reference: 'x' }
  return { ...lease, spec: { ...lease.spec, runtime, needs: { gpus, vramBytes: 0, ramBytes: 0 }, limits: { ...lease.spec.limits, memoryBytes: 64 * MIB } } }
}

interface Running {
  readonly request: RunRequest
  readonly end: (how: RunResult['end']) => void
  isFrozen: boolean
}

/** Jobs by lease that run in the sandbox; they outlive the agent that started them. */
export function createSandbox() {
  const running = new Map<string, Running>()
  const whileRunning = (request: RunRequest, { onStarted }: RunHooks, signal: AbortSignal): Promise<RunResult> =>
    new Promise((resolve) => {
      const end = (how: RunResult['end']) => {
        running.delete(request.leaseId)
        resolve(runResult({ end: how, exitCode: how === 'exited' ? 0 : 137, output: OUTPUT, logTail: '' }))
      }
      const job: Running = { request, end, isFrozen: false }
      running.set(request.leaseId, job)
      signal.addEventListener('abort', () => end('stopped'), { once: true })
      onStarted({ freeze: async () => (job.isFrozen = true), thaw: async () => !(job.isFrozen = false), throttle: async () => true })
    })
  const runtime: Runtime = {
    name: 'docker',
    probe: async () => ({ available: true, version: 'fake' }),
    prepare: async () => undefined,
    run: whileRunning,
    adopt: async (request, hooks, signal) => (running.has(request.leaseId) ? whileRunning(request, hooks, signal) : null),
    sweep: async () => [],
  }
  return {
    runtime,
    /** GPUs by lease. */
    gpus: () => Object.fromEntries([...running].map(([leaseId, { request }]) => [leaseId, request.gpuUuids])),
    frozen: () => [...running].flatMap(([leaseId, { isFrozen }]) => (isFrozen ? [leaseId] : [])),
    finish: (...leaseIds: string[]) => {
      for (const leaseId of leaseIds) (running.get(leaseId) ?? expect.fail(`${leaseId} does not run`)).end('exited')
    },
  }
}

/** What each device draws, watts. */
const loads = (): Record<string, TestLoad> => ({ 'GPU-1': { watts: 300, temperatureC: 60 }, 'GPU-2': { watts: 100, temperatureC: 60 }, cpu: { watts: 50 } })

function sourcesOn(clock: FakeClock, load: Record<string, TestLoad>): PowerSource[] {
  return Object.entries(load).map(([uuid, one]) => {
    const source = createTestSource(clock, one, { uuid, kind: uuid === 'cpu' ? 'cpu' : 'gpu' })
    return { ...source, device: { ...source.device, containerIds: uuid === 'cpu' ? [] : [uuid] } }
  })
}

interface Given {
  /** What an earlier agent left behind. */
  readonly folder?: string
  readonly sandbox?: ReturnType<typeof createSandbox>
  /** Left out, two cards and a processor that draw what `load` says. */
  readonly sources?: (clock: FakeClock, signal: AbortSignal) => Promise<readonly PowerSource[]>
}

export async function anAgent({ folder = testFolder(), sandbox = createSandbox(), sources }: Given = {}) {
  const clock = createFakeClock()
  const stop = new AbortController()
  const load = loads()
  const stores = openAgentStores(folder)
  const all = (await sources?.(clock, stop.signal)) ?? sourcesOn(clock, load)
  let work: TestWork | null = null
  const hardware = await openHardware(
    {
      clock,
      log: SILENT,
      environment: {},
      launch: launchNodeChild,
      dataDirectory: folder,
      nodeId: signer.keyId,
      stores,
      runner: () => work?.runner ?? expect.fail(),
      onReading: () => undefined,
      gate: { admit: async (offered) => offered, refusalOf: () => null, forget: () => undefined },
      changed: () => undefined,
      capabilitiesChanged: () => undefined,
      detector: { detect: async () => ({ cpu: CPU, sources: all, seen: [] }), fingerprint: () => '' },
    },
    stop.signal,
  )
  work = createTestWork({ stores, signer, clock, runtimes: new Map([['docker', sandbox.runtime]]), meter: hardware.meter, devices: hardware.devices })
  const running = [work.runner.run(stop.signal), hardware.meter.run(stop.signal)]
  let isOver = false
  const shutDown = async () => {
    if (isOver) return
    isOver = true
    stop.abort()
    await clock.advance(2_000)
    await Promise.all(running)
  }
  onTestFinished(async () => {
    await shutDown()
    stores[Symbol.dispose]()
  })
  return { ...hardware, work, runner: work.runner, stores, clock, load, sandbox, folder, shutDown, proofs: () => proofsIn(stores), jobOf: stores.jobs.get }
}

const CPU = { vendor: 'test', model: 'test', packages: 1, cores: 2, threads: 4, memoryBytes: 0 }

/** Every proof that waits to be sent, in order, and the hash that the next one has to name. */
function proofsIn({ outbox }: AgentStores) {
  return outbox.proofs().map(({ envelope }) => {
    const body = Buffer.from(envelope.payload, 'base64')
    return { ...EnergyProof.parse(JSON.parse(body.toString('utf8'))), hash: sha256Hex(body) }
  })
}
