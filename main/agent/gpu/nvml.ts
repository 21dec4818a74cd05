import { type Call, type Handle, bind, cString, check, failed, nvmlCodeOf, textOf } from './nvml-binding.ts'
import { NvmlCode, isLost } from './nvml-codes.ts'
import { migInstances } from './nvml-mig.ts'
import { MAX_DEVICES, type NvmlDevice, type NvmlReading } from './nvml-protocol.ts'
import { averagePower, enabled, energy, memory, power, processes, readU32, temperature, utilisation } from './nvml-values.ts'

/** All of it throws with the library's code, see {@link nvmlCodeOf}; what a device merely cannot tell is `null`. */
export interface Nvml {
  readonly driver: () => string
  /** Without the cards that fell off the bus. */
  readonly devices: () => NvmlDevice[]
  /** Throws if the device is gone. */
  readonly read: (uuid: string) => NvmlReading
  /** Looks at the bus again: handles live until the library is shut down, and so does its list of cards. */
  readonly reopen: () => void
  readonly close: () => void
}

const PCI_BYTES = 68
const PCI_BUS_ID = 36

/**
 * Loads NVIDIA's management library and initialises it. Prototypes and struct layouts: nvml.h, NVML API 13
 * (nvmlPciInfo_t 68 bytes, nvmlFieldValue_t 40, nvmlProcessInfo_t 24, nvmlMemory_t 24, nvmlUtilization_t 8).
 * Blocks while the driver wakes the GPU, and shares this process's fate with the vendor's code: call it in a child.
 * Throws with the library's code, see {@link nvmlCodeOf}.
 */
export function openNvml(path: string): Nvml {
  const call = bind(path)
  let handles = initialise(call)
  const close = () => void call('nvmlShutdown', '')
  return {
    driver: () => textOf(call, 'nvmlSystemGetDriverVersion'),
    devices: () => [...handles].flatMap(([uuid, handle]) => present(() => describe(call, uuid, handle))),
    read(uuid) {
      const handle = handles.get(uuid)
      if (handle === undefined) throw failed(NvmlCode.gpuNotFound, 'nvmlDeviceGetHandleByUUID')
      return readDevice(call, handle)
    },
    reopen() {
      handles = new Map()
      close()
      handles = initialise(call)
    },
    close,
  }
}

function initialise(call: Call): Map<string, Handle> {
  check(call('nvmlInit_v2', ''), 'nvmlInit_v2')
  return new Map(listHandles(call))
}

/** A GPU that fell off the bus keeps its index; the others are still good. */
function listHandles(call: Call): [uuid: string, handle: Handle][] {
  const count = Buffer.alloc(4)
  check(call('nvmlDeviceGetCount_v2', 'void *count', count), 'nvmlDeviceGetCount_v2')
  return Array.from({ length: Math.min(count.readUInt32LE(), MAX_DEVICES) }, (_, index) => index).flatMap((index) => {
    const handle: Handle[] = [null]
    if (call('nvmlDeviceGetHandleByIndex_v2', 'uint index, _Out_ void **device', index, handle) !== NvmlCode.ok) return []
    return present(() => [textOf(call, 'nvmlDeviceGetUUID', handle[0]), handle[0]] satisfies [string, Handle])
  })
}

/** Nothing, if the device left while it was looked at. */
function present<T>(look: () => T): T[] {
  try {
    return [look()]
  } catch (error) {
    if (isLost(nvmlCodeOf(error))) return []
    throw error
  }
}

function describe(call: Call, uuid: string, handle: Handle): NvmlDevice {
  const pci = Buffer.alloc(PCI_BYTES)
  check(call('nvmlDeviceGetPciInfo_v3', 'void *device, void *pci', handle, pci), 'nvmlDeviceGetPciInfo_v3')
  return {
    uuid,
    name: textOf(call, 'nvmlDeviceGetName', handle),
    busId: cString(pci.subarray(PCI_BUS_ID)),
    architecture: readU32(call, 'nvmlDeviceGetArchitecture', handle),
    limitMw: readU32(call, 'nvmlDeviceGetEnforcedPowerLimit', handle),
    vramBytes: memory(call, handle, 'total'),
    hasCounter: energy(call, handle) !== null,
    hasAverage: averagePower(call, handle) !== null,
    hasPower: power(call, handle) !== null,
    instances: migInstances(call, handle),
    persistence: enabled(call, 'nvmlDeviceGetPersistenceMode', handle),
  }
}

const readDevice = (call: Call, handle: Handle): NvmlReading => ({
  energyMj: energy(call, handle),
  powerMw: power(call, handle),
  temperatureC: temperature(call, handle),
  gpuPct: utilisation(call, handle),
  memoryUsedBytes: memory(call, handle, 'used'),
  processes: processes(call, handle),
  display: enabled(call, 'nvmlDeviceGetDisplayActive', handle),
})
