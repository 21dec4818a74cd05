import { join } from 'node:path'
import { readBytes } from './sysfs.ts'

export interface AmdMetrics {
  /** Millijoules since the driver was loaded; `null` if the table has no counter whose unit is documented, or a dead one. */
  readonly energyMj: number | null
  /** The chip is processor and graphics in one, so its power includes the processor's. */
  readonly apu: boolean
}

const HEADER_BYTES = 4
/** Formats 2 and 3 of the table are those of APUs. */
const APU_FORMATS = [2, 3]
/**
 * Offset of `energy_accumulator` (u64, units of 2^-16 J) by content revision of format 1: `struct gpu_metrics_v1_4` to `v1_8` in
 * Linux `drivers/gpu/drm/amd/include/kgd_pp_interface.h`. Before 1.4 the header states no unit, and cards were seen to report
 * a figure that stands still or is 100 times off.
 */
const ENERGY_OFFSETS: Readonly<Record<number, number>> = { 4: 24, 5: 88, 6: 88, 7: 24, 8: 24 }
const MJ_PER_UNIT = 1000 / 2 ** 16
const ALL_ONES = 0xffff_ffff_ffff_ffffn

/** The driver's `gpu_metrics` table of a device folder, or `null` if there is none. Asking wakes a card that sleeps. */
export function readAmdMetrics(path: string): AmdMetrics | null {
  const bytes = readBytes(join(path, 'gpu_metrics'))
  return bytes && parseAmdMetrics(bytes)
}

/** Header: u16 structure_size, u8 format_revision, u8 content_revision; all little-endian. `null` if the bytes are not a table. */
export function parseAmdMetrics(bytes: Buffer): AmdMetrics | null {
  if (bytes.length < HEADER_BYTES) return null
  const size = Math.min(bytes.length, bytes.readUInt16LE(0))
  const [format, content] = [bytes.readUInt8(2), bytes.readUInt8(3)]
  const at = format === 1 ? ENERGY_OFFSETS[content] : undefined
  return { energyMj: at === undefined || at + 8 > size ? null : energyOf(bytes.readBigUInt64LE(at)), apu: APU_FORMATS.includes(format) }
}

const energyOf = (units: bigint): number | null => (units === 0n || units === ALL_ONES ? null : Number(units) * MJ_PER_UNIT)
