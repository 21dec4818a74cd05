/** Errors that this window makes itself, in the language of its reader. */
import { type FailureCode, WindfallError } from '../../shared/errors.ts'

const own = new WeakSet<Error>()

/** An error whose message is already in the reader's language. */
export function ownError(code: FailureCode, message: string): WindfallError {
  const error = new WindfallError(code, message)
  own.add(error)
  return error
}

export const isOwnError = (error: Error): boolean => own.has(error)
