import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Everything below reads what may vanish, be forbidden or be empty at any moment; such a file is `null`, never an error. */
export const tolerant = <T>(read: () => T): T | null => {
  try {
    return read()
  } catch {
    return null
  }
}

export const readText = (path: string): string | null => tolerant(() => readFileSync(path, 'utf8').trim())

export const readBytes = (path: string): Buffer | null => tolerant(() => readFileSync(path))

/** A non-negative number in decimal or `0x` hexadecimal. */
export function readNumber(path: string): number | null {
  const text = readText(path)
  if (text === null || text === '') return null
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value : null
}

/** Names in a folder, in no order; `null` if it cannot be listed. */
export const namesOf = (path: string): string[] | null => tolerant(() => readdirSync(path))

/** Names in a folder, sorted so that every run sees the same order. */
export const listNames = (path: string): string[] => namesOf(path)?.toSorted() ?? []

/** Where a symbolic link points to, as it is written. */
export const linkTarget = (path: string): string | null => tolerant(() => readlinkSync(path))

/** Name of what a symbolic link points to, such as a driver's. */
export function linkName(path: string): string | null {
  const target = linkTarget(path)
  return target === null ? null : basename(target)
}

/** The first hwmon folder of a device, where Linux keeps its sensors. */
export function hwmonOf(device: string): string | null {
  const [first] = listNames(join(device, 'hwmon')).filter((name) => name.startsWith('hwmon'))
  return first === undefined ? null : join(device, 'hwmon', first)
}
