import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { WindfallError } from '../../shared/errors.ts'

/** Windows has neither pipes in its folders nor the flag. */
const AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Reads a file whose place others could have put something else in: a pipe would be waited for without end, a device never ends. Errors: those of
 * the system, such as `ENOENT`; `input.invalid` for what is no file; `input.too-large`.
 */
export function readRegularFile(file: string, mostBytes: number): string {
  const handle = openSync(file, AT_ONCE)
  try {
    const found = fstatSync(handle)
    if (!found.isFile()) throw new WindfallError('input.invalid', `${file} is not a file.`)
    if (found.size > mostBytes) throw new WindfallError('input.too-large', `${file} is larger than ${mostBytes} bytes.`)
    return readFileSync(handle, 'utf8')
  } finally {
    closeSync(handle)
  }
}
