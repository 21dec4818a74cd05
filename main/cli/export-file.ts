import { createWriteStream, renameSync, rmSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { WindfallError, messageOf } from '../../shared/errors.ts'
import { isLocal } from './result-file.ts'

/**
 * Writes what arrives to a file, which is there once all of it is, or to standard output for `null`. Returns how many bytes.
 * Errors: `input.invalid` if the file cannot be written, `unavailable` if the connection breaks.
 */
export async function writeExport(file: string | null, content: Readable): Promise<number> {
  const part = file === null ? null : `${file}.part`
  let bytes = 0
  async function* counted(source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      bytes += chunk.length
      yield chunk
    }
  }
  try {
    if (part === null) await pipeline(content, counted, process.stdout, { end: false })
    else await pipeline(content, counted, createWriteStream(part))
    if (file !== null && part !== null) renameSync(part, file)
    return bytes
  } catch (error) {
    if (part !== null) rmSync(part, { force: true })
    throw isLocal(error)
      ? new WindfallError('input.invalid', `${file ?? 'The output'} cannot be written (${messageOf(error)}).`, { cause: error })
      : new WindfallError('unavailable', 'The connection broke before all of it was here. Try again, for a shorter stretch of time if it is much.', {
          cause: error,
        })
  }
}
