/** One reading of a Windows performance counter. */
export interface CounterItem {
  /** Such as `pid_1234_luid_0x00000000_0x0000C739_phys_0_eng_3_engtype_3D`. */
  readonly instance: string
  readonly value: number
}

export interface GpuInstance {
  /** Which adapter, for as long as Windows runs: `0x00000000_0x0000c739`, high part first. */
  readonly luid: string
  readonly pid: number | null
  /** Which of the adapter's engines; `null` for a counter of the whole adapter. */
  readonly engine: string | null
}

/** What Windows calls a GPU in its counters `GPU Engine` and `GPU Adapter Memory`. `null` for any other text. Never throws. */
export function parseInstance(text: string): GpuInstance | null {
  const [, pid, luid, engine] =
    /^(?:pid_(\d{1,10})_)?luid_(0x[0-9a-f]{1,8}_0x[0-9a-f]{1,8})(?:_phys_\d{1,4})?(?:_part_\d{1,4})?(?:_eng_(\d{1,4}))?(?:_engtype_.*)?$/i.exec(text) ?? []
  if (luid === undefined) return null
  return { luid: luid.toLowerCase(), pid: pid === undefined ? null : Number(pid), engine: engine === undefined ? null : text.slice(text.indexOf('_phys_')) }
}

const MAX_ITEMS = 65_536
const MAX_NAME = 256
const ITEM_BYTES = 24
/** The value is good, and good but new. */
const GOOD = [0, 1]

/**
 * Reads an array of `PDH_FMT_COUNTERVALUE_ITEM_W` as 64-bit Windows lays it out: pointer to the name, u32 status, 4 bytes of
 * padding, then a double or an i64; the names follow in the same buffer, whose address is `address`. What does not make sense
 * is left out. Never throws.
 */
export function parseCounterItems(bytes: Buffer, { count, address, integers }: { count: number; address: bigint; integers: boolean }): CounterItem[] {
  const whole = Math.min(count, MAX_ITEMS, Math.floor(bytes.length / ITEM_BYTES))
  return Array.from({ length: whole }, (_, index) => index * ITEM_BYTES).flatMap((at) => {
    const instance = textAt(bytes, bytes.readBigUInt64LE(at) - address)
    const value = integers ? Number(bytes.readBigInt64LE(at + 16)) : bytes.readDoubleLE(at + 16)
    return instance !== null && GOOD.includes(bytes.readUInt32LE(at + 8)) && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? [{ instance, value }] : []
  })
}

function textAt(bytes: Buffer, offset: bigint): string | null {
  if (offset < 0n || offset >= BigInt(bytes.length)) return null
  return zeroEnded(bytes.subarray(Number(offset)))
}

/** UTF-16 text up to its first 0. */
function zeroEnded(bytes: Buffer): string {
  const text = bytes.toString('utf16le', 0, Math.min(bytes.length, 2 * MAX_NAME))
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}
