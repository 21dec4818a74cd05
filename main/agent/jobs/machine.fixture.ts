import type { Gpu, Machine } from './may-start.ts'
import type { TakenDevices } from './taken-devices.store.ts'

/** A processor and nothing else, with memory to spare. */
export const PROCESSOR_ONLY: Machine = { gpus: [], processor: [{ deviceId: 'cpu', containerIds: [] }], ramBytes: 2 ** 40, spareVramBytes: 0 }

/** A GPU that any job may have. */
export const aGpu = (deviceId: string, change: Partial<Gpu> = {}): Gpu => ({
  deviceId,
  containerIds: [deviceId],
  vramBytes: 0,
  freeBytes: null,
  lent: true,
  refusal: null,
  held: null,
  ...change,
})

/** What attempts have taken, in memory. */
export function takenInMemory(before: Readonly<Record<string, readonly string[]>> = {}): TakenDevices {
  const taken = new Map(Object.entries(before))
  return {
    take: (leaseId, deviceIds) => void taken.set(leaseId, deviceIds),
    of: (leaseId) => taken.get(leaseId) ?? null,
    release: (leaseId) => void taken.delete(leaseId),
  }
}
