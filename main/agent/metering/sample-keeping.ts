import { createReadStream, createWriteStream, existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, gunzipSync, gzipSync } from 'node:zlib'

/** How much is kept for challenges, and how long. */
export interface Keeping {
  readonly bytes: number
  readonly ms: number
}

export const KEPT: Keeping = { bytes: 256 * 1024 * 1024, ms: 90 * 86_400_000 }
/** The log of any attempt, unpacked. */
const LARGEST_LOG_BYTES = 512 * 1024 * 1024
const RAW = '.jsonl'
const PACKED = '.jsonl.gz'

/** All or nothing, also on a power cut: a file that is there is whole. */
export function writeDurably(file: string, bytes: Uint8Array): void {
  writeFileSync(`${file}.new`, bytes, { mode: 0o600, flush: true })
  renameSync(`${file}.new`, file)
}

/** The exact bytes of a log; `null` if there is none. One that is still unpacked is the newer one. */
export function readLog(directory: string, name: string): Uint8Array | null {
  const raw = readIfThere(join(directory, name + RAW))
  if (raw) return raw
  const packed = readIfThere(join(directory, name + PACKED))
  return packed && gunzipSync(packed, { maxOutputLength: LARGEST_LOG_BYTES })
}

/** The log as it lies packed on disk; `null` if there is none, or one that is not packed yet. */
export const readPackedLog = (directory: string, name: string): Uint8Array | null =>
  existsSync(join(directory, name + RAW)) ? null : readIfThere(join(directory, name + PACKED))

function readIfThere(file: string): Uint8Array | null {
  try {
    return readFileSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Names of logs that are not packed yet. */
export const finishedLogs = (directory: string): string[] =>
  readdirSync(directory)
    .filter((file) => file.endsWith(RAW))
    .map((file) => file.slice(0, -RAW.length))

/** Packs a log and removes the original, unless it is written to again meanwhile. Its age stays. */
export async function packLog(directory: string, name: string, isBusy: (name: string) => boolean): Promise<void> {
  const [raw, packed] = [join(directory, name + RAW), join(directory, name + PACKED)]
  const { mtime } = statSync(raw)
  await pipeline(createReadStream(raw), createGzip(), createWriteStream(`${packed}.new`, { mode: 0o600, flush: true }))
  if (isBusy(name)) return rmSync(`${packed}.new`)
  utimesSync(`${packed}.new`, mtime, mtime)
  renameSync(`${packed}.new`, packed)
  rmSync(raw)
}

/** Packs a log that was never a file. */
export function packOld(directory: string, name: string, log: Uint8Array): void {
  const file = join(directory, name + PACKED)
  if (!existsSync(file)) writeDurably(file, gzipSync(log))
}

/** Drops the oldest packed logs beyond age and total size, apart from those that must be kept. */
export function dropExcess(
  directory: string,
  { bytes, ms, now, isKept }: Keeping & { readonly now: number; readonly isKept: (name: string) => boolean },
): void {
  const logs = readdirSync(directory)
    .filter((file) => file.endsWith(PACKED))
    .map((packed) => {
      const file = join(directory, packed)
      const { size, mtimeMs } = statSync(file)
      return { file, name: packed.slice(0, -PACKED.length), size, mtimeMs }
    })
    .toSorted((a, b) => a.mtimeMs - b.mtimeMs)
  let total = logs.reduce((sum, { size }) => sum + size, 0)
  for (const { file, name, size, mtimeMs } of logs) {
    if ((total <= bytes && now - mtimeMs <= ms) || isKept(name)) continue
    rmSync(file)
    total -= size
  }
}
