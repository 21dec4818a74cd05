import type { Clock } from '../../kernel/clock.ts'
import type { DeviceIdentity } from '../power-source.ts'
import type { ContainerEngine } from './container-engine.ts'
import { type Seen, seeGpuInside } from './gpu-inside.ts'
import type { LookDeps } from './inside-container.ts'
import { judgeToolkit, readToolkitVersion } from './gpu-toolkit.ts'

export interface GpuSightDeps extends LookDeps {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  /** Reads the version of the NVIDIA Container Toolkit; a test gives its own. */
  readonly toolkitVersion?: (signal: AbortSignal) => Promise<string | null>
}

export interface GpuSight {
  /** Whether container jobs can use this device. Looks once per engine version, driver version and device. Never rejects. */
  readonly see: (device: DeviceIdentity, signal: AbortSignal) => Promise<Seen>
  /** What was seen may no longer be true: after a resume, or when the engine was away. */
  readonly forget: () => void
}

/** The owner may have repaired what was in the way. */
const FAILURE_KEPT_MS = 5 * 60_000

/** A GPU is offered for container jobs only after a container has seen it. One look at a time, because each takes a GPU's attention. */
export function createGpuSight(deps: GpuSightDeps): GpuSight {
  const kept = new Map<string, { readonly seen: Seen; readonly at: number }>()
  let last: Promise<unknown> = Promise.resolve()
  let era = 0
  const look = async (device: DeviceIdentity, signal: AbortSignal): Promise<Seen> => {
    const key = await keyOf(deps.engine, device, signal)
    if (typeof key !== 'string') return key
    const known = kept.get(key)
    if (known && (known.seen.seen || deps.clock.monotonic() - known.at < FAILURE_KEPT_MS)) return known.seen
    const before = era
    const seen = await lookNow(deps, device, signal)
    if (!signal.aborted && era === before) kept.set(key, { seen, at: deps.clock.monotonic() })
    return seen
  }
  return {
    see(device, signal) {
      const turn = last.then(() => look(device, signal))
      last = turn
      return turn
    },
    forget() {
      era += 1
      kept.clear()
    },
  }
}

async function keyOf(engine: ContainerEngine, { uuid, driver, containerIds }: DeviceIdentity, signal: AbortSignal): Promise<string | Seen> {
  try {
    const { version } = await engine.describe(signal)
    return JSON.stringify([version, driver, uuid, containerIds])
  } catch {
    return { seen: false, reason: 'No container engine answers, so no container can use this GPU.' }
  }
}

async function lookNow(deps: GpuSightDeps, { containerIds }: DeviceIdentity, signal: AbortSignal): Promise<Seen> {
  const version = await (deps.toolkitVersion ?? readToolkitVersion)(signal)
  if (judgeToolkit(version) === 'refused')
    return { seen: false, reason: `NVIDIA Container Toolkit ${version} lets an image break out of its container. Update it to 1.17.8 or newer.` }
  return seeGpuInside(deps, containerIds, signal)
}
