import { join } from 'node:path'
import { z } from 'zod'
import { IsoTime } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import { fromIso } from '../../shared/units.ts'
import { systemClock } from '../kernel/clock.ts'
import { readPrivateFile, removePrivateFile, writePrivateFile } from '../kernel/key-file.ts'
import { sha256Hex } from '../kernel/signing.ts'

/** A session at one coordinator, as `windfall login` keeps it. */
const SignInFile = z.strictObject({ origin: z.url(), token: z.string().regex(/^wfs_[A-Za-z0-9_-]{43}$/), expiresAt: IsoTime })
export type SignInFile = z.infer<typeof SignInFile>

/** One file for each coordinator: a session is shown to nobody but the one that gave it. */
const fileOf = (dataDirectory: string, url: string): string => join(dataDirectory, 'sign-ins', `${sha256Hex(new URL(url).origin).slice(0, 16)}.json`)

/** The session that was kept for this coordinator, good or not; `null` if there is none. Error: `config.invalid` if others may read it. */
export function readSignIn(dataDirectory: string, url: string): SignInFile | null {
  const text = readPrivateFile(fileOf(dataDirectory, url))
  try {
    const kept = text === null ? null : SignInFile.parse(JSON.parse(text))
    return kept?.origin === new URL(url).origin ? kept : null
  } catch {
    return null
  }
}

/** The token of a session that goes on; `null` if nobody has signed in. Error: `auth.required` for one that has ended. */
export function sessionAt(dataDirectory: string, url: string): string | null {
  const kept = readSignIn(dataDirectory, url)
  if (kept && fromIso(kept.expiresAt) <= systemClock.now())
    throw new WindfallError(
      'auth.required',
      `You were signed in at ${kept.origin} until ${kept.expiresAt}. Sign in again with “windfall login”, or sign out with “windfall logout”.`,
    )
  return kept?.token ?? null
}

/** Readable by its owner only. */
export const keepSignIn = (dataDirectory: string, { url, token, expiresAt }: { url: string; token: string; expiresAt: string }): void =>
  writePrivateFile(fileOf(dataDirectory, url), `${JSON.stringify({ origin: new URL(url).origin, token, expiresAt })}\n`)

export const forgetSignIn = (dataDirectory: string, url: string): void => removePrivateFile(fileOf(dataDirectory, url))
