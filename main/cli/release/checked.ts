import { existsSync, readFileSync, statSync } from 'node:fs'
import { MAX_RELEASE_BYTES, type ReleaseManifest, type SignedRelease, openRelease } from '../../../shared/domain/release-manifest.ts'
import type { TrustedKeys } from '../../../shared/domain/release-keys.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import type { Output } from '../output.ts'
import { changedFiles } from './artefacts.ts'

/** A release that was read again from where it lies. */
export interface Checked {
  readonly release: SignedRelease
  /** Files that are not there as they were signed. */
  readonly changed: readonly string[]
  readonly expired: boolean
}

function readBytes(file: string): Uint8Array {
  try {
    if (statSync(file).size > MAX_RELEASE_BYTES) throw new Error('it is too large to be one')
    return readFileSync(file)
  } catch (error) {
    throw new WindfallError('input.invalid', `${file} cannot be read as a release (${messageOf(error)}).`, { cause: error })
  }
}

/** Reads a release file as an installed Windfall does, and every file that it lists. Error: `auth.refused` if the signatures do not hold. */
export async function checkRelease(file: string, { folder, trust, now }: { folder: string; trust: TrustedKeys; now: number }): Promise<Checked> {
  const release = await openRelease(readBytes(file), trust, nodeVerifyPort)
  if ('unusable' in release) throw new WindfallError('auth.refused', `No Windfall that trusts these keys takes ${file}: ${release.detail}.`)
  return { release, changed: await changedFiles(folder, release.manifest.artefacts), expired: Date.parse(release.manifest.expires) <= now }
}

/** What was published last, if it lies there; a string says why that is not known: whoever can write into the folder decides nothing. */
export async function publishedManifest(file: string, trust: TrustedKeys): Promise<ReleaseManifest | string | null> {
  if (!existsSync(file)) return null
  const release = await openRelease(readBytes(file), trust, nodeVerifyPort)
  return 'unusable' in release ? release.detail : release.manifest
}

/** What was signed, for people and programs. Returns 1 if it is not as it has to be. */
export function answerRelease(output: Output, file: string, { release, changed, expired }: Checked): number {
  const { manifest, signedBy, keys } = release
  const good = changed.length === 0 && !expired
  output.answer({ file, good, changed, expired, manifest, sha256: release.sha256, signedBy, keys }, () => [
    `release   ${manifest.version}, number ${manifest.serial} of ${manifest.channel}`,
    `for       ${manifest.staged} % of installed programs, ${manifest.minimumVersion === null ? 'from any version' : `from ${manifest.minimumVersion} on`}`,
    `good      from ${manifest.issued} until ${manifest.expires}${expired ? ', which has passed' : ''}`,
    ...manifest.artefacts.map(({ name, size, sha512 }) => `file      ${changed.includes(name) ? '✗' : '✓'} ${name}  ${size} bytes  ${sha512.slice(0, 16)}…`),
    ...signedBy.map((keyId) => `signed    ${keyId}`),
    `keys      ${keys.threshold} of ${keys.keys.length} have to sign, after ${keys.index} changes`,
    good ? 'Good.' : 'Not good: do not publish it.',
  ])
  return good ? 0 : 1
}
