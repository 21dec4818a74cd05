import type { PowerSample, PowerSource } from '../../power-source.ts'
import type { Clock } from '../../../kernel/clock.ts'
import { type GpuContext, type GpuMemory, type GpuSample, type GpuUse, NO_GPU_MEMORY, foreignUse } from './gpu-use.ts'
import type { Reading } from './reading.ts'

export interface GpuWatchDeps {
  readonly clock: Pick<Clock, 'monotonic'>
  readonly jobRunning: () => boolean
  readonly isOwn: GpuContext['isOwn']
  readonly nameOf: GpuContext['nameOf']
}

export interface GpuWatch {
  /** `true` if the device is used otherwise than the last reading said. */
  readonly see: (sample: GpuSample) => boolean
  readonly read: () => readonly Reading<GpuUse>[]
}

/**
 * A reading of the meter as these signals want it; `null` of a processor. NVIDIA's library on Linux lists programs that compute; the
 * other drivers, and Windows, list everyone with a window.
 */
export function gpuSample({ device }: Pick<PowerSource, 'device'>, sample: PowerSample, platform: NodeJS.Platform): GpuSample | null {
  if (device.kind !== 'gpu') return null
  const { vramBytes } = device
  return {
    device: device.uuid,
    at: sample.mono,
    isAsleep: sample.status === 'asleep',
    busy: sample.busy,
    processes: sample.processes,
    lists: platform === 'linux' && device.vendor.toLowerCase() === 'nvidia' ? 'compute' : 'clients',
    memoryFreeBytes: vramBytes === null || sample.memoryUsedBytes === null ? null : Math.max(0, vramBytes - sample.memoryUsedBytes),
  }
}

/** Readings come at least this often while the meter works, whether or not a job runs. */
const FRESH_MS = 10_000
/** A device that was taken out is forgotten. */
const FORGET_MS = 600_000
const MAX_DEVICES = 64

interface Device {
  readonly memory: GpuMemory
  readonly use: GpuUse
  readonly at: GpuSample['at']
}

/** Keeps what is known of every GPU, from the readings of the meter. */
export function createGpuWatch({ clock, jobRunning, isOwn, nameOf }: GpuWatchDeps): GpuWatch {
  const devices = new Map<string, Device>()
  return {
    see(sample) {
      const before = devices.get(sample.device)
      if (!before && devices.size >= MAX_DEVICES) return false
      const seen = foreignUse(before?.memory ?? NO_GPU_MEMORY, sample, { isOwn, nameOf, jobRunning: jobRunning() })
      devices.set(sample.device, { ...seen, at: sample.at })
      return seen.use.verdict !== before?.use.verdict || seen.use.users.length !== before.use.users.length
    },
    read() {
      const now = clock.monotonic()
      for (const [device, { at }] of devices) if (now - at > FORGET_MS) devices.delete(device)
      return [...devices.values()].map(({ use, at }) => ({
        value: now - at > FRESH_MS ? { ...use, verdict: 'unknown' } : use,
        at,
        ageMs: now - at,
        source: 'meter',
      }))
    },
  }
}
