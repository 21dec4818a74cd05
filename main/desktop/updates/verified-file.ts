import { createHash } from 'node:crypto'
import { type Stats, chmodSync, constants, lstatSync } from 'node:fs'
import { type FileHandle, copyFile, open, rename, rm } from 'node:fs/promises'
import type { Artefact } from '../../../shared/domain/release-manifest.ts'

const CHUNK_BYTES = 1_048_576

/** Base64 SHA-512 of the first `size` bytes of an open file; `null` if it has another size. */
export async function sha512Of(handle: FileHandle, size: number): Promise<string | null> {
  if ((await handle.stat()).size !== size) return null
  const hash = createHash('sha512')
  const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size))
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return null
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
  return hash.digest('base64')
}

/** What tells a file from every other one, and from itself before it was written to. Nobody can choose a ctime. */
const markOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string => [dev, ino, size, mtimeMs, ctimeMs].join(' ')

/** A file that was verified and stays open, so that it can be told from any other that comes to bear its name. */
export interface HeldFile {
  readonly path: string
  /** Hashes it once more. False if it is not what was signed, or its name leads elsewhere by now. */
  readonly verify: () => Promise<boolean>
  /** True if nobody has touched it since it was hashed last. Synchronous: between it and what follows in the same turn nothing of ours runs. */
  readonly isUntouched: () => boolean
  readonly close: () => Promise<void>
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error
    await copyFile(from, to, constants.COPYFILE_EXCL)
    await rm(from, { force: true })
  }
}

/** An AppImage and an installer are run; nobody writes to them any more. */
async function openToRun(file: string): Promise<FileHandle> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  try {
    // By its name, which Windows does with a handle for reading as well, once it is known to be no link.
    chmodSync(file, 0o500)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * Takes a file away from where everybody expects it to `to`, in a folder that only this user enters, and holds it there. `null` if it is
 * not what was signed; then it is removed. Rejects with what the disk says.
 */
export async function holdFile(from: string, to: string, { size, sha512 }: Pick<Artefact, 'size' | 'sha512'>): Promise<HeldFile | null> {
  await move(from, to)
  const handle = await openToRun(to)
  let mark = ''
  const verify = async () => {
    const stats = await handle.stat()
    mark = markOf(stats)
    // Another name could be written to.
    return stats.nlink === 1 && (await sha512Of(handle, size)) === sha512 && isUntouched()
  }
  const isUntouched = () => {
    try {
      return markOf(lstatSync(to)) === mark
    } catch {
      return false
    }
  }
  if (await verify()) return { path: to, verify, isUntouched, close: () => handle.close() }
  await handle.close()
  await rm(to, { force: true })
  return null
}
