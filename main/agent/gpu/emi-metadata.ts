const V1 = 1
const V2 = 2
/** Picowatt-hours are the only unit the interface has. */
const PICOWATT_HOURS = 0
const NAME_BYTES = 32
const MAX_CHANNELS = 256
const MEASUREMENT_BYTES = 16
const MJ_PER_PICOWATT_HOUR = 3.6e-6

/**
 * Names of the channels of an energy meter, in the order of its measurements; `null` for one in an unknown unit. Layouts: emi.h
 * of the Windows SDK. Version 1: i32 unit, OEM and model (16 UTF-16 units each), u16 revision, u16 size of the name in bytes, name.
 * Version 2: OEM, model, u16 revision, u16 number of channels, then per channel i32 unit, u16 size of the name, name. Never throws.
 */
export function parseEmiChannels(version: number, bytes: Buffer): (string | null)[] {
  if (version === V1) return bytes.length < 72 ? [] : [channelName(bytes, { unitAt: 0, sizeAt: 70 })]
  if (version !== V2 || bytes.length < 2 * NAME_BYTES + 4) return []
  const names: (string | null)[] = []
  let at = 2 * NAME_BYTES + 4
  const count = Math.min(bytes.readUInt16LE(2 * NAME_BYTES + 2), MAX_CHANNELS)
  while (names.length < count && at + 6 <= bytes.length) {
    names.push(channelName(bytes, { unitAt: at, sizeAt: at + 4 }))
    at += 6 + bytes.readUInt16LE(at + 4)
  }
  return names
}

function channelName(bytes: Buffer, { unitAt, sizeAt }: { unitAt: number; sizeAt: number }): string | null {
  if (bytes.readInt32LE(unitAt) !== PICOWATT_HOURS) return null
  const end = Math.min(bytes.length, sizeAt + 2 + bytes.readUInt16LE(sizeAt))
  return bytes.toString('utf16le', sizeAt + 2, end).replace(/\0.*$/s, '')
}

/** Millijoules of one channel from `EMI_CHANNEL_MEASUREMENT_DATA[]` (u64 energy, u64 time); `null` if it is not there or dead. */
export function energyOfChannel(bytes: Buffer, index: number): number | null {
  if ((index + 1) * MEASUREMENT_BYTES > bytes.length) return null
  const picowattHours = bytes.readBigUInt64LE(index * MEASUREMENT_BYTES)
  return picowattHours === 0n ? null : Number(picowattHours) * MJ_PER_PICOWATT_HOUR
}

/** A whole processor; its cores, graphics and memory have channels of their own, which are parts of it or beside it. */
export const isPackageChannel = (name: string | null): name is string => name !== null && /^RAPL_Package\d+_PKG$/i.test(name)
