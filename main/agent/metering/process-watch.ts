import type { PowerSample, PowerSource } from '../power-source.ts'

export interface ProcessWatch {
  readonly see: (source: PowerSource, sample: PowerSample) => void
  /** True once anyone else used a device. */
  readonly shared: () => boolean
}

/**
 * A processor is shared by nature. A GPU is shared if someone computed on it before us, or someone who is not us does now. An attempt
 * that goes on after a restart finds itself on the device, so only strangers count then.
 */
export function watchProcesses(isOwn: (pid: number) => boolean, resumed: { readonly shared: boolean } | null): ProcessWatch {
  const before = new Map<string, ReadonlySet<number>>()
  let shared = resumed?.shared ?? false
  return {
    see({ device }, { processes }) {
      if (device.kind === 'cpu') shared = true
      if (!processes || shared) return
      const present = before.get(device.uuid) ?? new Set(resumed ? [] : processes)
      before.set(device.uuid, present)
      shared = processes.some((pid) => present.has(pid) || !isOwn(pid))
    },
    shared: () => shared,
  }
}
