import { addressOf, bindLibrary } from './native.ts'
import type { AdapterUse } from './windows-protocol.ts'

/** Where an adapter sits, and what it is. */
export type AdapterPlace = Pick<AdapterUse, 'busId' | 'vendorId' | 'deviceId'>

const PROTOTYPES = {
  open: 'int32_t D3DKMTOpenAdapterFromLuid(void *args)',
  query: 'int32_t D3DKMTQueryAdapterInfo(void *args)',
  close: 'int32_t D3DKMTCloseAdapter(void *args)',
} as const
type Functions = ReturnType<typeof bindLibrary<keyof typeof PROTOTYPES>>

const NOWHERE: AdapterPlace = { busId: null, vendorId: null, deviceId: null }
const ADDRESS = 6
const DEVICE_IDS = 31
/** What stands in for an address where there is none. */
const NO_BUS = 0xffff_ffff

/**
 * Joins Windows' names of adapters, which last until it restarts, to places on the PCI bus (Microsoft, d3dkmthk.h:
 * `D3DKMTQueryAdapterInfo` with `KMTQAITYPE_ADAPTERADDRESS` and `KMTQAITYPE_PHYSICALADAPTERDEVICEIDS`). It tells no PCI domain,
 * so the address is that of domain 0, the only one in a PC. Throws if the library is missing.
 */
export function openAdapters(path = 'gdi32.dll'): (luid: string) => AdapterPlace {
  const kmt = bindLibrary(path, PROTOTYPES)
  const known = new Map<string, AdapterPlace>()
  return (luid) => {
    const place = known.get(luid) ?? lookUp(kmt, luid)
    known.set(luid, place)
    return place
  }
}

function lookUp(kmt: Functions, luid: string): AdapterPlace {
  const [high, low] = luid.split('_').map(Number)
  // LUID { u32 low, i32 high }, then the handle that comes back.
  const opened = Buffer.alloc(12)
  opened.writeUInt32LE(low ?? 0, 0)
  opened.writeUInt32LE(high ?? 0, 4)
  if (kmt.open(opened) !== 0) return NOWHERE
  const handle = opened.subarray(8)
  try {
    const [address, ids] = [ask(kmt, { handle, what: ADDRESS, size: 12 }), ask(kmt, { handle, what: DEVICE_IDS, size: 28 })]
    return { busId: address && addressText(address), vendorId: ids && ids.readUInt32LE(4), deviceId: ids && ids.readUInt32LE(8) }
  } finally {
    kmt.close(handle)
  }
}

/** `D3DKMT_QUERYADAPTERINFO`, 64 bit: u32 handle, i32 type, pointer to the data, u32 size of the data. */
function ask(kmt: Functions, { handle, what, size }: { handle: Buffer; what: number; size: number }): Buffer | null {
  const [data, query] = [Buffer.alloc(size), Buffer.alloc(24)]
  handle.copy(query, 0, 0, 4)
  query.writeInt32LE(what, 4)
  query.writeBigUInt64LE(addressOf(data), 8)
  query.writeUInt32LE(size, 16)
  return kmt.query(query) === 0 ? data : null
}

function addressText(address: Buffer): string | null {
  const [bus, device, unit] = [address.readUInt32LE(0), address.readUInt32LE(4), address.readUInt32LE(8)]
  if (bus === NO_BUS || bus > 0xff || device > 0x1f || unit > 7) return null
  return `0000:${hex(bus)}:${hex(device)}.${unit}`
}

const hex = (value: number): string => value.toString(16).padStart(2, '0')
