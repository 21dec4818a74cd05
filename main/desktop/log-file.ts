import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const FULL_BYTES = 4 * 1_048_576

/** A log that its owner can look at: a file of at most 4 MiB, and the one before. Logging never fails what logs. */
export function createLogFile(directory: string, name: string): (text: string | Uint8Array) => void {
  const file = join(directory, `${name}.log`)
  let bytes: number | null = null
  return (text) => {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      bytes ??= sizeOf(file)
      if (bytes > FULL_BYTES) {
        renameSync(file, join(directory, `${name}.before.log`))
        bytes = 0
      }
      appendFileSync(file, text, { mode: 0o600 })
      bytes += text.length
    } catch {
      bytes = null
    }
  }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
