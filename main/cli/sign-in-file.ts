import { join } from 'node:path'
import { z } from 'zod'
import { IsoTime } from '../../shared/contract/wire.ts'
import { WindfallError } from '../../shared/errors.ts'
import { fromIso } from '../../shared/units.ts'
import { systemClock } from '../kernel/clock.ts'
import { readPrivateFile, removePrivateFile, writePrivateFile } from '../kernel/key-file.ts'
import { sha256Hex } from '../kernel/signing.ts'

/** A session at one coordinator, or an API key of it, as `windfall login` keeps them. */
const SignInFile = z.strictObject({
  origin: z.url(),
  token: z.string().regex(/^(?:wfs_|wf_[a-z0-9]{8}_)[A-Za-z0-9_-]{43}$/),
  /** `null` for a key, of which only the coordinator knows. */
  expiresAt: IsoTime.nullable(),
})
export type SignInFile = z.infer<typeof SignInFile>

/** Which of them was signed in at last. */
const LastFile = z.strictObject({ url: z.url() })
const lastFile = (dataDirectory: string): string => join(dataDirectory, 'sign-ins', 'last.json')

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

export const isKey = ({ token }: Pick<SignInFile, 'token'>): boolean => token.startsWith('wf_')

/** Where somebody signed in last on this data directory, and is still signed in; `null` if nowhere. */
export function lastSignIn(dataDirectory: string): string | null {
  const text = readPrivateFile(lastFile(dataDirectory))
  try {
    const url = text === null ? null : LastFile.parse(JSON.parse(text)).url
    return url !== null && readSignIn(dataDirectory, url) !== null ? url : null
  } catch {
    return null
  }
}

/** The token of a session that goes on, or the key that was kept; `null` if nobody has signed in. Error: `auth.required` for one that has ended. */
export function sessionAt(dataDirectory: string, url: string): string | null {
  const kept = readSignIn(dataDirectory, url)
  if (kept?.expiresAt && fromIso(kept.expiresAt) <= systemClock.now())
    throw new WindfallError(
      'auth.required',
      `You were signed in at ${kept.origin} until ${kept.expiresAt}. Sign in again with “windfall login”, or sign out with “windfall logout”.`,
    )
  return kept?.token ?? null
}

/** Readable by its owner only. From then on it is the coordinator that is asked where none is named and none runs here. */
export function keepSignIn(dataDirectory: string, { url, token, expiresAt }: { url: string; token: string; expiresAt: string | null }): void {
  const kept = SignInFile.parse({ origin: new URL(url).origin, token, expiresAt })
  writePrivateFile(fileOf(dataDirectory, url), `${JSON.stringify(kept)}\n`)
  writePrivateFile(lastFile(dataDirectory), `${JSON.stringify({ url })}\n`)
}

export const forgetSignIn = (dataDirectory: string, url: string): void => removePrivateFile(fileOf(dataDirectory, url))
