import { readFileSync } from 'node:fs'

export interface Busybox {
  readonly bytes: Uint8Array
  /** As Docker names it. */
  readonly architecture: 'amd64' | 'arm64'
}

const PLACES = ['/bin/busybox', '/usr/bin/busybox']
const ARCHITECTURES = new Map<number, Busybox['architecture']>([
  [0x3e, 'amd64'],
  [0xb7, 'arm64'],
])
const INTERPRETER = 3

/** The machine's own static BusyBox (Debian: `busybox-static`), or `null` if it has none that would run in an otherwise empty image. */
export function findBusybox(places: readonly string[] = PLACES): Busybox | null {
  for (const place of places) {
    const busybox = inspect(place)
    if (busybox) return busybox
  }
  return null
}

/** 64-bit little-endian ELF without a dynamic loader (System V ABI, ELF header and program headers). */
function inspect(place: string): Busybox | null {
  try {
    const bytes = readFileSync(place)
    const architecture = ARCHITECTURES.get(bytes.readUInt16LE(18))
    const isElf64 = bytes.subarray(0, 6).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]))
    return isElf64 && architecture && !hasInterpreter(bytes) ? { bytes, architecture } : null
  } catch {
    return null
  }
}

function hasInterpreter(elf: Buffer): boolean {
  const table = Number(elf.readBigUInt64LE(32))
  const size = elf.readUInt16LE(54)
  return Array.from({ length: elf.readUInt16LE(56) }, (_, i) => elf.readUInt32LE(table + i * size)).includes(INTERPRETER)
}
