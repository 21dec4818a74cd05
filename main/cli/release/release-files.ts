import { existsSync, readFileSync, statSync } from 'node:fs'
import type { z } from 'zod'
import { Envelope } from '../../../shared/contract/wire.ts'
import { readPinnedKeys } from '../../../shared/domain/pinned-keys.ts'
import { ReleaseKey, TrustedKeys } from '../../../shared/domain/release-keys.ts'
import { MAX_RELEASE_BYTES, ReleaseFile } from '../../../shared/domain/release-manifest.ts'
import { RELEASE_ROOT } from '../../../shared/domain/release-root.ts'
import { readJsonBytes } from '../../../shared/domain/json-bytes.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { readPrivateFile } from '../../kernel/key-file.ts'
import { withSecrets } from '../../kernel/secret-setting.ts'
import { type Signer, createSigner } from '../../kernel/signing.ts'

const refuse = (message: string, cause?: unknown): never => {
  throw new WindfallError('input.invalid', message, { cause })
}

function readText(file: string): string {
  try {
    if (statSync(file).size > MAX_RELEASE_BYTES) refuse(`${file} is too large to be what is asked for here.`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    return error instanceof WindfallError ? refuse(error.message, error) : refuse(`${file} cannot be read (${messageOf(error)}).`, error)
  }
}

function readJson<T>(file: string, schema: z.ZodType<T>, what: string): T {
  const { data, error } = schema.safeParse(readJsonBytes(new TextEncoder().encode(readText(file))))
  return data ?? refuse(`${file} is not ${what} (${error?.issues[0]?.path.join('.') || 'it'}: ${error?.issues[0]?.message}).`)
}

function signerOf(pem: string, where: string): Signer {
  try {
    return createSigner(pem)
  } catch (error) {
    return refuse(`${where} does not hold an Ed25519 key as windfall release key makes it.`, error)
  }
}

/** The keys to sign with: of the files named, or of WINDFALL_RELEASE_KEY or the file that WINDFALL_RELEASE_KEY_FILE names. Errors: `config.invalid` for a file that others may read, `input.invalid`. */
export function readSigners(files: readonly string[], environment: Readonly<Record<string, string | undefined>>): readonly Signer[] {
  const named = files.map((file) => signerOf(readPrivateFile(file) ?? refuse(`There is no file ${file}.`), file))
  const given = named.length > 0 ? undefined : withSecrets({ key: 'WINDFALL_RELEASE_KEY' }, environment, {})['key']
  if (typeof given === 'string' && given !== '') return [signerOf(given, 'WINDFALL_RELEASE_KEY')]
  if (named.length === 0) refuse('Name the file of a key with --key-file, or set WINDFALL_RELEASE_KEY_FILE.')
  return named
}

/** One public key, as `windfall release key` prints it. */
export function readPublicKey(file: string): ReleaseKey {
  const key = readPinnedKeys(readText(file))?.[0]
  const { data } = ReleaseKey.safeParse(key)
  return data ?? refuse(`${file} does not hold a public Ed25519 key as JWK.`)
}

/** The keys to judge by: those of a file, else those that this Windfall is built with. Error: `input.invalid`. */
export function readTrust(file: string | undefined): TrustedKeys {
  if (file !== undefined) return readJson(file, TrustedKeys, 'a set of release keys')
  return RELEASE_ROOT.keys ?? refuse('This Windfall is built without release keys. Name a set of them with --trust; windfall release trust makes one.')
}

/** The changes of keys so far, oldest first; none without a file. */
export const readChanges = (file: string | undefined): readonly Envelope[] =>
  file === undefined || !existsSync(file) ? [] : readJson(file, ReleaseFile.shape.keys, 'a list of changes of release keys')
