import type { Seen } from './jobs/gpu-inside.ts'
import type { GpuSight } from './jobs/gpu-sight.ts'
import type { PowerSource } from './power-source.ts'

export interface GpuGateDeps {
  readonly sight: GpuSight
  /** Whether the owner lets any image use a GPU. */
  readonly anyAllowed: boolean
  /** The owner sees something else now. */
  readonly changed: () => void
}

export interface GpuGate {
  /** Those of the devices that a job could really use: a GPU only once a container has seen it. Never rejects. */
  readonly admit: (sources: readonly PowerSource[], signal: AbortSignal) => Promise<readonly PowerSource[]>
  /** Why no container can use this device, for the owner; `null` if one can, or nobody has looked yet. */
  readonly refusalOf: (uuid: string) => string | null
  /** What was seen may no longer be true. */
  readonly forget: () => void
}

const NONE_ALLOWED = 'No image may use a GPU yet. List those you trust under agent.images.allow in settings.json, by digest or repository.'

/** Keeps a GPU that no container can use from being offered, and remembers why. */
export function createGpuGate({ sight, anyAllowed, changed }: GpuGateDeps): GpuGate {
  const refusals = new Map<string, string>()
  const isUsable = async ({ device }: PowerSource, signal: AbortSignal): Promise<boolean> => {
    if (device.kind !== 'gpu') return true
    const seen: Seen = anyAllowed ? await sight.see(device, signal) : { seen: false, reason: NONE_ALLOWED }
    const before = refusals.get(device.uuid)
    if (seen.seen) refusals.delete(device.uuid)
    else refusals.set(device.uuid, seen.reason)
    if (refusals.get(device.uuid) !== before) changed()
    return seen.seen
  }
  return {
    async admit(sources, signal) {
      const admitted = await Promise.all(sources.map(async (source) => ({ source, usable: await isUsable(source, signal) })))
      return admitted.filter(({ usable }) => usable).map(({ source }) => source)
    },
    refusalOf: (uuid) => refusals.get(uuid) ?? null,
    forget: sight.forget,
  }
}
