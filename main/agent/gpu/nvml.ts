import koffi, { type LibraryHandle } from 'koffi'
import { NvmlCode, isLost, needsReload } from './nvml-codes.ts'
import type { NvmlDevice, NvmlReading } from './nvml-protocol.ts'

type Handle = unknown
/** Every function of the library as we call it: an `nvmlReturn_t` comes back, results go into buffers. */
type Native = (...args: unknown[]) => number

/** The library's own code of a call that failed, or `unknown` for any other error. */
export const nvmlCodeOf = (error: unknown): number => (error instanceof Error && typeof error.cause === 'number' ? error.cause : NvmlCode.unknown)

const failed = (code: number, call: string): Error => new Error(`${call} answered ${code}`, { cause: code })

export interface Nvml {
  readonly driver: string
  readonly devices: () => NvmlDevice[]
  /** Throws if the device is gone, see {@link nvmlCodeOf}; what it merely cannot tell is `null`. */
  readonly read: (uuid: string) => NvmlReading
  readonly close: () => void
}

const TEXT_BYTES = 96
const PCI_BYTES = 68
const PCI_BUS_ID = 36
const FIELD_BYTES = 40
const PROCESS_BYTES = 24
const MAX_PROCESSES = 256
const FIELD_POWER_AVERAGE = 185
const FIELD_POWER_INSTANT = 186

/**
 * Loads NVIDIA's management library and initialises it. Prototypes and struct layouts: nvml.h, NVML API 13
 * (nvmlPciInfo_t 68 bytes, nvmlFieldValue_t 40, nvmlProcessInfo_t 24, nvmlMemory_t 24, nvmlUtilization_t 8).
 * Blocks while the driver wakes the GPU, and shares this process's fate with the vendor's code: call it in a child.
 * Throws with the library's code, see {@link nvmlCodeOf}.
 */
export function openNvml(path: string): Nvml {
  const call = bind(path)
  check(call('nvmlInit_v2', ''), 'nvmlInit_v2')
  const handles = new Map(listHandles(call))
  return {
    driver: textOf(call, 'nvmlSystemGetDriverVersion'),
    devices: () => [...handles].map(([uuid, handle]) => describe(call, uuid, handle)),
    read(uuid) {
      const handle = handles.get(uuid)
      if (handle === undefined) throw failed(NvmlCode.gpuNotFound, 'nvmlDeviceGetHandleByUUID')
      return readDevice(call, handle)
    },
    close: () => void call('nvmlShutdown', ''),
  }
}

type Call = (name: string, parameters: string, ...args: unknown[]) => number

/** Functions are looked up on first use: a driver that lacks one answers "function not found" instead of failing to load. */
function bind(path: string): Call {
  const library = load(path)
  const bound = new Map<string, Native>()
  return (name, parameters, ...args) => {
    let native = bound.get(name)
    if (!native) {
      native = lookUp(library, name, parameters)
      bound.set(name, native)
    }
    return native(...args)
  }
}

function load(path: string): LibraryHandle {
  try {
    return koffi.load(path)
  } catch {
    throw failed(NvmlCode.libraryNotFound, path)
  }
}

function lookUp(library: LibraryHandle, name: string, parameters: string): Native {
  try {
    return library.func(`int ${name}(${parameters})`) as Native
  } catch {
    return () => NvmlCode.functionNotFound
  }
}

function check(code: number, name: string): void {
  if (code !== NvmlCode.ok) throw failed(code, name)
}

/** A GPU that fell off the bus keeps its index; the others are still good. */
function listHandles(call: Call): [uuid: string, handle: Handle][] {
  const count = Buffer.alloc(4)
  check(call('nvmlDeviceGetCount_v2', 'void *count', count), 'nvmlDeviceGetCount_v2')
  return Array.from({ length: count.readUInt32LE() }, (_, index) => index).flatMap((index) => {
    const [handle, uuid]: [Handle[], Buffer] = [[null], Buffer.alloc(TEXT_BYTES)]
    if (call('nvmlDeviceGetHandleByIndex_v2', 'uint index, _Out_ void **device', index, handle) !== NvmlCode.ok) return []
    const code = call('nvmlDeviceGetUUID', 'void *device, void *text, uint size', handle[0], uuid, TEXT_BYTES)
    return code === NvmlCode.ok ? [[cString(uuid), handle[0]] satisfies [string, Handle]] : []
  })
}

function textOf(call: Call, name: string, handle?: Handle): string {
  const buffer = Buffer.alloc(TEXT_BYTES)
  check(
    handle === undefined
      ? call(name, 'void *text, uint size', buffer, TEXT_BYTES)
      : call(name, 'void *device, void *text, uint size', handle, buffer, TEXT_BYTES),
    name,
  )
  return cString(buffer)
}

const cString = (buffer: Buffer): string => buffer.toString('latin1', 0, Math.max(0, buffer.indexOf(0)))

function describe(call: Call, uuid: string, handle: Handle): NvmlDevice {
  const pci = Buffer.alloc(PCI_BYTES)
  check(call('nvmlDeviceGetPciInfo_v3', 'void *device, void *pci', handle, pci), 'nvmlDeviceGetPciInfo_v3')
  return {
    uuid,
    name: textOf(call, 'nvmlDeviceGetName', handle),
    busId: cString(pci.subarray(PCI_BUS_ID)),
    architecture: u32(call, 'nvmlDeviceGetArchitecture', handle),
    limitMw: u32(call, 'nvmlDeviceGetEnforcedPowerLimit', handle),
    vramBytes: memory(call, handle, 0),
    hasCounter: energy(call, handle) !== null,
    hasAverage: fieldPower(call, handle).average !== null,
    hasPower: power(call, handle) !== null,
  }
}

function readDevice(call: Call, handle: Handle): NvmlReading {
  return {
    energyMj: energy(call, handle),
    powerMw: power(call, handle),
    temperatureC: temperature(call, handle),
    gpuPct: utilisation(call, handle),
    memoryUsedBytes: memory(call, handle, 16),
    processes: computeProcesses(call, handle),
  }
}

/** False if the device does not tell; throws if the device or the library is in trouble. */
function tells(code: number, name: string): boolean {
  if (isLost(code) || needsReload(code)) throw failed(code, name)
  return code === NvmlCode.ok
}

// One scratch buffer: the calls are synchronous and each result is read before the next call.
const scratch = Buffer.alloc(32)
const fields = Buffer.alloc(2 * FIELD_BYTES)
const processBuffer = Buffer.alloc(PROCESS_BYTES * MAX_PROCESSES)

const u32 = (call: Call, name: string, handle: Handle): number | null =>
  tells(call(name, 'void *device, void *value', handle, scratch), name) ? scratch.readUInt32LE() : null

const energy = (call: Call, handle: Handle): number | null =>
  tells(call('nvmlDeviceGetTotalEnergyConsumption', 'void *device, void *mj', handle, scratch), 'nvmlDeviceGetTotalEnergyConsumption')
    ? Number(scratch.readBigUInt64LE())
    : null

const temperature = (call: Call, handle: Handle): number | null =>
  tells(call('nvmlDeviceGetTemperature', 'void *device, int sensor, void *celsius', handle, 0, scratch), 'nvmlDeviceGetTemperature')
    ? scratch.readUInt32LE()
    : null

const utilisation = (call: Call, handle: Handle): number | null =>
  tells(call('nvmlDeviceGetUtilizationRates', 'void *device, void *rates', handle, scratch), 'nvmlDeviceGetUtilizationRates') ? scratch.readUInt32LE() : null

/** `offset` 0 is the total, 16 what is in use. */
const memory = (call: Call, handle: Handle, offset: 0 | 16): number | null =>
  tells(call('nvmlDeviceGetMemoryInfo', 'void *device, void *memory', handle, scratch), 'nvmlDeviceGetMemoryInfo')
    ? Number(scratch.readBigUInt64LE(offset))
    : null

/** The 1 s average where the card has one, because it can be integrated at 1 Hz; otherwise whatever the driver calls power. */
function power(call: Call, handle: Handle): number | null {
  const { average, instant } = fieldPower(call, handle)
  return average ?? instant ?? u32(call, 'nvmlDeviceGetPowerUsage', handle)
}

function fieldPower(call: Call, handle: Handle): { average: number | null; instant: number | null } {
  fields.fill(0)
  fields.writeUInt32LE(FIELD_POWER_AVERAGE, 0)
  fields.writeUInt32LE(FIELD_POWER_INSTANT, FIELD_BYTES)
  const name = 'nvmlDeviceGetFieldValues'
  if (!tells(call(name, 'void *device, int count, void *fields', handle, 2, fields), name)) return { average: null, instant: null }
  return { average: fieldMw(0), instant: fieldMw(FIELD_BYTES) }
}

const fieldMw = (at: number): number | null => (tells(fields.readInt32LE(at + 28), 'field value') ? fields.readUInt32LE(at + 32) : null)

function computeProcesses(call: Call, handle: Handle): number[] | null {
  scratch.writeUInt32LE(MAX_PROCESSES)
  const code = call('nvmlDeviceGetComputeRunningProcesses_v3', 'void *device, void *count, void *infos', handle, scratch, processBuffer)
  if (code === NvmlCode.insufficientSize || !tells(code, 'nvmlDeviceGetComputeRunningProcesses_v3')) return null
  return Array.from({ length: Math.min(scratch.readUInt32LE(), MAX_PROCESSES) }, (_, index) => processBuffer.readUInt32LE(index * PROCESS_BYTES))
}
