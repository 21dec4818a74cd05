import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { percentile } from './row.ts'

const WRITES = 200
const BYTES = 16_384

/** How long the disk takes to keep 16 KiB at the end of a file, milliseconds: what every durable answer waits for, whoever gives it. */
export function diskWrites(directory: string): { readonly p50: number; readonly p99: number } {
  const file = join(directory, 'disk.measured')
  const handle = openSync(file, 'w')
  const content = Buffer.alloc(BYTES, 7)
  try {
    const took = Array.from({ length: WRITES }, () => {
      const begun = performance.now()
      writeSync(handle, content)
      fdatasyncSync(handle)
      return performance.now() - begun
    })
    return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) }
  } finally {
    closeSync(handle)
    rmSync(file)
  }
}
