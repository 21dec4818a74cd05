import { WindfallError, messageOf } from '../../../shared/errors.ts'

type StorageCode = 'storage.full' | 'storage.read-only' | 'storage.unavailable'

const FIXES: Readonly<Record<StorageCode, string>> = {
  'storage.full': 'The disk of the database is full: nothing new is accepted until there is room. Nothing that was answered is lost.',
  'storage.read-only': 'The database can only be read at the moment: nothing new is accepted until it can be written again. Nothing that was answered is lost.',
  'storage.unavailable': 'The database does not answer at the moment. Try again; whether the last request was kept is told by asking for it.',
}

/** By SQLite's result code or PostgreSQL's SQLSTATE class or Node's error code; https://sqlite.org/rescode.html, PostgreSQL manual appendix A. */
const CODES: readonly (readonly [RegExp, StorageCode])[] = [
  [/^(?:SQLITE_FULL|53100|ENOSPC|EDQUOT)$/, 'storage.full'],
  [/^(?:SQLITE_READONLY.*|SQLITE_PERM|25006|EROFS)$/, 'storage.read-only'],
  // SQLite names a disk that refuses a write by what it tried, and no more.
  [/^SQLITE_IOERR_(?:WRITE|SHMSIZE|TRUNCATE)$/, 'storage.full'],
  [/^(?:SQLITE_(?:BUSY|IOERR|CANTOPEN|LOCKED).*|08...|53[23]00|57P0.|57014|25P03|55P03|40001|40P01)$/, 'storage.unavailable'],
  [/^(?:ECONN.*|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/, 'storage.unavailable'],
]
/** What `pg` says of a connection that ended, without any code. */
const GONE = /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/

/** What PostgreSQL says of a text with U+0000, which SQLite keeps: whoever sent it has made the mistake. */
const NO_TEXT = /^22(?:021|P05)$/
const isNoText = (error: Error): boolean => 'code' in error && typeof error.code === 'string' && NO_TEXT.test(error.code)

function storageCodeOf(error: Error): StorageCode | null {
  const { code } = error as { code?: unknown }
  const known = typeof code === 'string' ? CODES.find(([pattern]) => pattern.test(code)) : undefined
  if (known) return known[1]
  return GONE.test(error.message) ? 'storage.unavailable' : null
}

/**
 * What a driver threw, as one of our codes where the place that keeps the data is the cause (`storage.full`, `storage.read-only`,
 * `storage.unavailable`) or it cannot keep a text at all (`input.invalid`); everything else, such as a broken constraint, as it is.
 */
export function asStorageError(error: unknown): unknown {
  if (error instanceof WindfallError || !(error instanceof Error)) return error
  if (isNoText(error)) return new WindfallError('input.invalid', 'A text has the character U+0000 in it, which cannot be kept. Leave it out.')
  const code = storageCodeOf(error)
  return code === null ? error : new WindfallError(code, FIXES[code], { cause: messageOf(error) })
}
