import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { isLocal, passing, writeWhole } from './whole-file.ts'

/**
 * Writes what arrives to a file, which is there once all of it is, or to standard output for `null`. Returns how many bytes.
 * Errors: `input.invalid` if the file cannot be written, `unavailable` if the connection breaks.
 */
export async function writeExport(file: string | null, content: Readable): Promise<number> {
  let bytes = 0
  const counted = passing(content, (chunk) => (bytes += chunk.length))
  try {
    if (file === null) await pipeline(counted, process.stdout, { end: false })
    else await writeWhole(file, counted)
    return bytes
  } catch (error) {
    throw isLocal(error)
      ? new WindfallError('input.invalid', `${file ?? 'The output'} cannot be written (${messageOf(error)}). Name another place with --output.`, {
          cause: error,
        })
      : new WindfallError('unavailable', 'The connection broke before all of it was here. Try again, for a shorter stretch of time if it is much.', {
          cause: error,
        })
  }
}
