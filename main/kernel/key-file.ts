import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'

/** Writes a file that only its owner may read, durably and all at once: a crash leaves the old file or the new one. */
export function writePrivateFile(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.new`
  const handle = openSync(temporary, 'w', 0o600)
  try {
    writeSync(handle, typeof content === 'string' ? new TextEncoder().encode(content) : content)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(temporary, file)
}

/** Reads a secret file, or makes it on first use. Error: `config.invalid` if others may read it. */
export function loadPrivateFile(file: string, create: () => string): string {
  if (!existsSync(file)) writePrivateFile(file, create())
  // Windows has no such mode bits; there the profile folder's access list protects the file.
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new WindfallError('config.invalid', `${file} holds a secret but other users may read it. Run: chmod 600 "${file}"`)
  return readFileSync(file, 'utf8')
}
