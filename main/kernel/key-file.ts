import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'

/** Writes a file that only its owner may read, durably and all at once: a crash leaves the old file or the new one. */
export function writePrivateFile(file: string, content: string | Uint8Array): void {
  const directory = dirname(file)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const temporary = `${file}.new`
  // A leftover keeps the mode it was made with, whoever made it.
  rmSync(temporary, { force: true })
  writeFileSync(temporary, content, { mode: 0o600, flag: 'wx', flush: true })
  renameSync(temporary, file)
  flushDirectory(directory)
}

/** A new name is durable only once its directory is. */
function flushDirectory(directory: string): void {
  // Windows cannot open a directory.
  if (process.platform === 'win32') return
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Reads a secret file; `null` if there is none. Error: `config.invalid` if others may read it. */
export function readPrivateFile(file: string): string | null {
  if (!existsSync(file)) return null
  // Windows has no such mode bits; there the profile folder's access list protects the file.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new WindfallError('config.invalid', `${file} holds a secret but other users may read it. Run: chmod 600 "${file}"`)
  return readFileSync(file, 'utf8')
}

/** Reads a secret file, or makes it on first use. Error: `config.invalid` if others may read it. */
export function loadPrivateFile(file: string, create: () => string): string {
  const known = readPrivateFile(file)
  if (known !== null) return known
  const made = create()
  writePrivateFile(file, made)
  return made
}

/** Removes a file for good: after a crash it does not come back. */
export function removePrivateFile(file: string): void {
  rmSync(file, { force: true })
  flushDirectory(dirname(file))
}
