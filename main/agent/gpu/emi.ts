import { energyOfChannel, isPackageChannel, parseEmiChannels } from './emi-metadata.ts'
import { bindLibrary } from './native.ts'

export interface EnergyMeters {
  /** Names of the channels that are whole processors; a channel is asked for by its place in this list. */
  readonly channels: readonly string[]
  /** Millijoules since some fixed moment; `null` if it cannot be read. */
  readonly energyMj: (id: number) => number | null
  readonly close: () => void
}

const CONFIG = {
  size: 'uint32_t CM_Get_Device_Interface_List_SizeW(_Out_ uint32_t *length, void *guid, void *device, uint32_t flags)',
  list: 'uint32_t CM_Get_Device_Interface_ListW(void *guid, void *device, void *buffer, uint32_t length, uint32_t flags)',
} as const
const KERNEL = {
  open: 'intptr_t CreateFileW(str16 path, uint32_t access, uint32_t share, void *security, uint32_t how, uint32_t flags, intptr_t like)',
  control:
    'int DeviceIoControl(intptr_t device, uint32_t code, void *in, uint32_t inBytes, void *out, uint32_t outBytes, _Out_ uint32_t *returned, void *overlapped)',
  close: 'int CloseHandle(intptr_t device)',
} as const
type Kernel = ReturnType<typeof bindLibrary<keyof typeof KERNEL>>

/** {45BD8344-7ED6-49CF-A440-C276C933B053}, `GUID_DEVICE_ENERGY_METER`, as it lies in memory. */
const ENERGY_METER = Buffer.from('4483bd45d67ecf49a440c276c933b053', 'hex')
/** `CTL_CODE(FILE_DEVICE_UNKNOWN, 0…3, METHOD_BUFFERED, FILE_READ_ACCESS)`. */
const GET_VERSION = 0x22_4000
const GET_METADATA_SIZE = 0x22_4004
const GET_METADATA = 0x22_4008
const GET_MEASUREMENT = 0x22_400c
const GENERIC_READ = 0x8000_0000
const SHARE_READ_WRITE = 3
const OPEN_EXISTING = 3
const INVALID = -1
const MAX_BYTES = 65_536

interface Channel {
  readonly device: unknown
  readonly name: string
  readonly index: number
}

/**
 * The processor's own energy counters through Windows' Energy Meter Interface (Microsoft, emi.h), which needs neither a driver of
 * ours nor an administrator. Some makers have one device per core; only channels of whole packages count. Throws if a library
 * is missing; a machine without meters has no channels.
 */
export function openEnergyMeters({ config = 'cfgmgr32.dll', kernel = 'kernel32.dll' } = {}): EnergyMeters {
  const win = bindLibrary(kernel, KERNEL)
  const devices = listDevices(config).flatMap((path) => {
    const device = win.open(path, GENERIC_READ, SHARE_READ_WRITE, null, OPEN_EXISTING, 0, 0)
    return device === INVALID ? [] : [device]
  })
  const channels = devices.flatMap((device) => packageChannels(win, device))
  return {
    channels: channels.map(({ name }) => name),
    energyMj(id) {
      const channel = channels[id]
      const measured = channel && ask(win, channel.device, { code: GET_MEASUREMENT, size: MAX_BYTES })
      return measured ? energyOfChannel(measured, channel.index) : null
    },
    close: () => devices.forEach((device) => win.close(device)),
  }
}

/** Paths of the devices that are present. The list is texts that end with 0, and ends itself with an empty one. */
function listDevices(library: string): string[] {
  const config = bindLibrary(library, CONFIG)
  const length = [0]
  if (config.size(length, ENERGY_METER, null, 0) !== 0 || !length[0] || length[0] > MAX_BYTES) return []
  const buffer = Buffer.alloc(length[0] * 2)
  if (config.list(ENERGY_METER, null, buffer, length[0], 0) !== 0) return []
  return buffer
    .toString('utf16le')
    .split('\0')
    .filter((path) => path !== '')
}

function packageChannels(win: Kernel, device: unknown): Channel[] {
  const version = ask(win, device, { code: GET_VERSION, size: 2 })
  const size = ask(win, device, { code: GET_METADATA_SIZE, size: 4 })?.readUInt32LE() ?? 0
  const metadata = size > 0 && size <= MAX_BYTES ? ask(win, device, { code: GET_METADATA, size }) : null
  if (!version || !metadata) return []
  return parseEmiChannels(version.readUInt16LE(), metadata).flatMap((name, index) => (isPackageChannel(name) ? [{ device, name, index }] : []))
}

/** At least what was asked for is there, zero-filled; `null` if the device does not answer. */
function ask(win: Kernel, device: unknown, { code, size }: { code: number; size: number }): Buffer | null {
  const [bytes, returned] = [Buffer.alloc(size), [0]]
  if (win.control(device, code, null, 0, bytes, size, returned, null) === 0) return null
  return code === GET_MEASUREMENT ? bytes.subarray(0, returned[0]) : bytes
}
