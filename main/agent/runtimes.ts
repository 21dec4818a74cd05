import type { RuntimeName } from '../../shared/contract/wire.ts'
import type { Clock } from '../kernel/clock.ts'
import { createDockerEngine } from './jobs/docker.ts'
import { createDockerRuntime } from './jobs/docker-runtime.ts'
import type { Runtime } from './jobs/runtime.ts'
import { createWasmRuntime } from './jobs/wasm.ts'

/** Every way this machine may run a job. Containers carry `agentId`, so that only our own are ever touched. */
export function createRuntimes(agentId: string, clock: Clock): ReadonlyMap<RuntimeName, Runtime> {
  const all = [createDockerRuntime({ engine: createDockerEngine(), agentId, clock }), createWasmRuntime({ clock })]
  return new Map(all.map((runtime) => [runtime.name, runtime]))
}
