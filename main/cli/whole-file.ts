import { open, rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

const ON_DISK = /^E(?:NOENT|ACCES|ISDIR|NOSPC|DQUOT|FBIG|ROFS|PERM|NOTDIR)$/

/** Whether it was the writing of a file that failed, and not the arriving of its content. A full disk names no path. */
export const isLocal = (error: unknown): boolean =>
  error instanceof Error && ('path' in error || ('code' in error && typeof error.code === 'string' && ON_DISK.test(error.code)))

/** Writes what arrives to a file, which is there once all of it is and `check` has not thrown, and never before. Errors: those of the content, the disk and the check. */
export async function writeWhole(file: string, content: AsyncIterable<Uint8Array>, check: () => void = () => {}): Promise<void> {
  const part = `${file}.part`
  // Open before anything arrives: a stream that opens its file by itself may do so after it was removed.
  const handle = await open(part, 'w')
  try {
    await pipeline(content, handle.createWriteStream())
    check()
    await rename(part, file)
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(part, { force: true })
    throw error
  }
}

/** The same content, told piece by piece to whoever counts or hashes it. */
export async function* passing(content: AsyncIterable<Uint8Array>, each: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    each(chunk)
    yield chunk
  }
}
