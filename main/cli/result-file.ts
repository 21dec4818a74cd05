import { createHash } from 'node:crypto'
import { createWriteStream, rmSync, renameSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WindfallError, messageOf } from '../../shared/errors.ts'

const ON_DISK = /^E(?:NOENT|ACCES|ISDIR|NOSPC|DQUOT|FBIG|ROFS|PERM|NOTDIR)$/

/** Whether it was the writing of a file that failed, and not the arriving of its content. A full disk names no path. */
export const isLocal = (error: unknown): boolean =>
  error instanceof Error && ('path' in error || ('code' in error && typeof error.code === 'string' && ON_DISK.test(error.code)))

/**
 * Writes what arrives to a file, which is there once all of it is and hashes to what was proven, and never before.
 * Errors: `internal` if it is something else, `input.invalid` if the file cannot be written.
 */
export async function writeResult(file: string, content: Readable, outputSha256: string): Promise<number> {
  const part = `${file}.part`
  const hash = createHash('sha256')
  let bytes = 0
  try {
    await pipeline(
      content,
      async function* (source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          hash.update(chunk)
          bytes += chunk.length
          yield chunk
        }
      },
      createWriteStream(part),
    )
    if (hash.digest('hex') !== outputSha256)
      throw new WindfallError('internal', 'The coordinator sent something else than what the job produced. Nothing was written.')
    renameSync(part, file)
    return bytes
  } catch (error) {
    rmSync(part, { force: true })
    if (error instanceof WindfallError) throw error
    throw isLocal(error)
      ? new WindfallError('input.invalid', `${file} cannot be written (${messageOf(error)}).`, { cause: error })
      : new WindfallError('unavailable', 'The connection broke while the result was fetched. Nothing was written. Try again.', { cause: error })
  }
}
