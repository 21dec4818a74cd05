import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { isLocal, passing, writeWhole } from './whole-file.ts'

/**
 * Writes what arrives to a file, which is there once all of it is and hashes to what was proven, and never before.
 * Errors: `internal` if it is something else, `input.invalid` if the file cannot be written.
 */
export async function writeResult(file: string, content: Readable, outputSha256: string): Promise<number> {
  const hash = createHash('sha256')
  let bytes = 0
  const hashed = passing(content, (chunk) => {
    hash.update(chunk)
    bytes += chunk.length
  })
  try {
    await writeWhole(file, hashed, () => {
      if (hash.digest('hex') !== outputSha256)
        throw new WindfallError(
          'internal',
          'The coordinator sent something else than what the job produced. Nothing was written. Try again; if it stays so, tell its operator.',
        )
    })
    return bytes
  } catch (error) {
    if (error instanceof WindfallError) throw error
    throw isLocal(error)
      ? new WindfallError('input.invalid', `${file} cannot be written (${messageOf(error)}). Name another place with --output.`, { cause: error })
      : new WindfallError('unavailable', 'The connection broke while the result was fetched. Nothing was written. Try again.', { cause: error })
  }
}
