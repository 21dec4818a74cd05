import type { RuntimeName } from '../../shared/contract/wire.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Checkpoints } from './jobs/checkpoints.ts'
import { createDeafImages } from './jobs/deaf-images.ts'
import { createDockerEngine } from './jobs/docker.ts'
import { stockName } from './jobs/docker-images.ts'
import { createDockerRuntime, probeEngine } from './jobs/docker-runtime.ts'
import { readToolkitVersion } from './jobs/gpu-toolkit.ts'
import { createRegistryCheck } from './jobs/image-registry.ts'
import type { ImageRules } from './jobs/image-rules.ts'
import { createImageStock } from './jobs/image-stock.ts'
import type { Availability, Runtime } from './jobs/runtime.ts'
import type { JobsStore } from './jobs/jobs.store.ts'
import type { OpenSandbox } from './jobs/sandbox-program.ts'
import { createWasmRuntime } from './jobs/wasm.ts'
import type { AgentStores } from './stores.ts'

export interface RuntimesDeps {
  /** Marks containers, so that only our own are ever touched. */
  readonly agentId: string
  readonly clock: Clock
  readonly stores: Pick<AgentStores, 'containers' | 'images' | 'settings' | 'jobs'>
  readonly checkpoints: Checkpoints
  readonly images: ImageRules
  /** How long a job that has to go is given to save its work; asked when it has to. */
  readonly graceMs: () => number
  /** What WebAssembly jobs are locked up in. */
  readonly sandbox: OpenSandbox
}

/** Every way this machine may run a job. */
export function createRuntimes(deps: RuntimesDeps): ReadonlyMap<RuntimeName, Runtime> {
  const { clock, stores, images: rules, sandbox } = deps
  const engine = createDockerEngine()
  const docker = createDockerRuntime({
    ...deps,
    engine,
    journal: stores.containers,
    stock: createImageStock({ ...deps, engine, store: stores.images, rules, needed: () => neededImages(stores.jobs) }),
    rules,
    checkRegistry: createRegistryCheck(),
    deaf: createDeafImages(stores.settings),
    toolkitVersion: readToolkitVersion,
  })
  return new Map([docker, createWasmRuntime({ clock, sandbox })].map((runtime) => [runtime.name, runtime]))
}

/** From the moment that an image is looked for until its container holds it. */
const neededImages = ({ open }: Pick<JobsStore, 'open'>): ReadonlySet<string> =>
  new Set(open().flatMap(({ state, lease: { spec } }) => (state === 'preparing' && spec.runtime.name === 'docker' ? (stockName(spec.runtime) ?? []) : [])))

/** Whether jobs can run in this sandbox, without anything of an agent. */
export const probeRuntime = (name: RuntimeName, deps: Pick<RuntimesDeps, 'clock' | 'sandbox'>, signal: AbortSignal): Promise<Availability> =>
  name === 'docker' ? probeEngine(createDockerEngine(), signal) : createWasmRuntime(deps).probe(signal)

export interface ProbedRuntime {
  readonly name: RuntimeName
  readonly found: Availability
}

/** An engine comes and goes; the sandbox is a part of this program, and to try it starts a process. */
const KEPT_MS: Readonly<Record<RuntimeName, number>> = { docker: 15_000, wasm: 3_600_000 }
const MISSING_KEPT_MS = 30_000

/** What can run jobs now. Asked at every heartbeat, so that an answer is kept for a while. */
export function createRuntimeProbes(runtimes: ReadonlyMap<RuntimeName, Runtime>, clock: Pick<Clock, 'monotonic'>) {
  const kept = new Map<RuntimeName, { readonly until: number; readonly found: Availability }>()
  const probe = async (runtime: Runtime, signal: AbortSignal): Promise<ProbedRuntime> => {
    const { name } = runtime
    const known = kept.get(name)
    if (known && clock.monotonic() < known.until) return { name, found: known.found }
    const found = await runtime.probe(signal)
    if (!signal.aborted) kept.set(name, { found, until: clock.monotonic() + (found.available ? KEPT_MS[name] : MISSING_KEPT_MS) })
    return { name, found }
  }
  return (signal: AbortSignal): Promise<ProbedRuntime[]> => Promise.all([...runtimes.values()].map((runtime) => probe(runtime, signal)))
}
