/** Single values of a card. What it does not tell, and what no card can mean, is `null`; a card in trouble throws. */
import { type Call, type Handle, tells } from './nvml-binding.ts'
import { NvmlCode } from './nvml-codes.ts'
import { MAX_PROCESSES } from './nvml-protocol.ts'

const FIELD_BYTES = 40
const PROCESS_BYTES = 24
const FIELD_POWER_AVERAGE = 185
/** nvml.h: NVML_VALUE_NOT_AVAILABLE, as -1 of either width. */
const NOT_AVAILABLE_32 = 0xffff_ffff
const MAX_CELSIUS = 200
const MAX_PERCENT = 100

// One scratch buffer: the calls are synchronous and each result is read before the next call.
const scratch = Buffer.alloc(32)
const field = Buffer.alloc(FIELD_BYTES)
let processBuffer = Buffer.alloc(PROCESS_BYTES * 256)

const scratchU32 = (): number | null => {
  const value = scratch.readUInt32LE()
  return value === NOT_AVAILABLE_32 ? null : value
}

/** The sentinel for "not available" is far beyond what a number holds exactly, and so is nothing a card means. */
const scratchU64 = (offset = 0): number | null => {
  const value = scratch.readBigUInt64LE(offset)
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(value)
}

const atMost = (value: number | null, limit: number): number | null => (value !== null && value <= limit ? value : null)

/** A card that answers at all draws something, so 0 mW is a sensor that does not tell. */
const drawn = (milliwatts: number | null): number | null => (milliwatts === 0 ? null : milliwatts)

export const readU32 = (call: Call, name: string, handle: Handle): number | null =>
  tells(call(name, 'void *device, void *value', handle, scratch), name) ? scratchU32() : null

/** An `nvmlEnableState_t`. */
export function enabled(call: Call, name: string, handle: Handle): boolean | null {
  const state = readU32(call, name, handle)
  return state === 0 || state === 1 ? state === 1 : null
}

export const energy = (call: Call, handle: Handle): number | null =>
  tells(call('nvmlDeviceGetTotalEnergyConsumption', 'void *device, void *mj', handle, scratch), 'nvmlDeviceGetTotalEnergyConsumption') ? scratchU64() : null

export const temperature = (call: Call, handle: Handle): number | null =>
  tells(call('nvmlDeviceGetTemperature', 'void *device, int sensor, void *celsius', handle, 0, scratch), 'nvmlDeviceGetTemperature')
    ? atMost(scratchU32(), MAX_CELSIUS)
    : null

/** Not available on a card in MIG mode. */
export const utilisation = (call: Call, handle: Handle): number | null =>
  tells(call('nvmlDeviceGetUtilizationRates', 'void *device, void *rates', handle, scratch), 'nvmlDeviceGetUtilizationRates')
    ? atMost(scratchU32(), MAX_PERCENT)
    : null

const MEMORY_OFFSET = { total: 0, used: 16 } as const

export const memory = (call: Call, handle: Handle, which: keyof typeof MEMORY_OFFSET): number | null =>
  tells(call('nvmlDeviceGetMemoryInfo', 'void *device, void *memory', handle, scratch), 'nvmlDeviceGetMemoryInfo') ? scratchU64(MEMORY_OFFSET[which]) : null

/** The 1 s average where the card has one, because it can be integrated at 1 Hz; otherwise what the driver calls power. */
export const power = (call: Call, handle: Handle): number | null => averagePower(call, handle) ?? drawn(readU32(call, 'nvmlDeviceGetPowerUsage', handle))

export function averagePower(call: Call, handle: Handle): number | null {
  field.fill(0)
  field.writeUInt32LE(FIELD_POWER_AVERAGE, 0)
  const name = 'nvmlDeviceGetFieldValues'
  if (!tells(call(name, 'void *device, int count, void *fields', handle, 1, field), name)) return null
  if (!tells(field.readInt32LE(28), 'field value')) return null
  const value = field.readUInt32LE(32)
  return value === NOT_AVAILABLE_32 ? null : drawn(value)
}

/** Process ids that compute; a desktop's compositor is a graphics client and not among them. */
export function processes(call: Call, handle: Handle): number[] | null {
  const name = 'nvmlDeviceGetComputeRunningProcesses_v3'
  const ask = (): number => {
    scratch.writeUInt32LE(processBuffer.length / PROCESS_BYTES)
    return call(name, 'void *device, void *count, void *infos', handle, scratch, processBuffer)
  }
  let code = ask()
  const wanted = scratch.readUInt32LE()
  if (code === NvmlCode.insufficientSize && wanted <= MAX_PROCESSES / 2) {
    // Room for as many again: more may have started since.
    processBuffer = Buffer.alloc(PROCESS_BYTES * wanted * 2)
    code = ask()
  }
  if (code === NvmlCode.insufficientSize || !tells(code, name)) return null
  const count = Math.min(scratch.readUInt32LE(), processBuffer.length / PROCESS_BYTES)
  return Array.from({ length: count }, (_, index) => processBuffer.readUInt32LE(index * PROCESS_BYTES))
}
