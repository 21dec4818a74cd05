import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Name of a process, at most 15 letters, by `/proc/<pid>/comm`; `null` if there is none, or no such folder. */
export function processName(pid: number, procRoot: string): string | null {
  try {
    return readFileSync(join(procRoot, String(pid), 'comm'), 'utf8').trim()
  } catch {
    return null
  }
}
