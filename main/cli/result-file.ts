import { createHash } from 'node:crypto'
import { createWriteStream, rmSync, renameSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WindfallError, messageOf } from '../../shared/errors.ts'

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
    const { code } = error as { readonly code?: unknown }
    const isLocal = typeof code === 'string' && /^E(?:NOENT|ACCES|ISDIR|NOSPC|ROFS|PERM|NOTDIR)$/.test(code)
    throw isLocal
      ? new WindfallError('input.invalid', `${file} cannot be written (${messageOf(error)}).`, { cause: error })
      : new WindfallError('unavailable', 'The connection broke while the result was fetched. Nothing was written. Try again.', { cause: error })
  }
}
