/** What a release is: the list of its files, signed by the keys that the program trusts. Nothing else decides what an installed Windfall becomes. */
import { z } from 'zod'
import { Envelope, IsoTime } from '../contract/wire.ts'
import { cosignEnvelope, type EnvelopeSigner } from './dsse.ts'
import { encodeHex, encodeUtf8 } from './encoding.ts'
import { readJsonBytes } from './json-bytes.ts'
import type { VerifyPort } from './keys.ts'
import { MAX_KEY_CHANGES, type TrustedKeys, followKeyChanges, signersAmong, unpackSigned } from './release-keys.ts'
import { Version } from './versions.ts'

export const RELEASE_TYPE = 'application/vnd.windfall.release.v1+json'
/** Of the file that is served. */
export const MAX_RELEASE_BYTES = 262_144
const MAX_MANIFEST_BYTES = 65_536
const MAX_VALID_DAYS = 366
const DAY_MS = 86_400_000

export const Channel = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a channel such as stable or beta')
const Sha512 = z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'expected a SHA-512 in base64')
export const Platform = z.enum(['win32', 'darwin', 'linux'])
export type Platform = z.infer<typeof Platform>
/** `universal` fits every processor. */
export const Arch = z.enum(['x64', 'arm64', 'universal'])
export type Arch = z.infer<typeof Arch>
/** What kind of package it is. Windows is updated by `nsis`, macOS by `zip`, Linux by `appimage`; the others are for people. */
export const PackageKind = z.enum(['nsis', 'zip', 'dmg', 'appimage', 'deb', 'flatpak', 'headless-deb', 'headless-tar'])
export type PackageKind = z.infer<typeof PackageKind>

export const Artefact = z.strictObject({
  /** A file beside the manifest; never a path. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'expected a file name of letters, digits, dots, dashes and underscores'),
  size: z.number().int().min(1).max(2_147_483_648),
  sha512: Sha512,
  platform: Platform,
  arch: Arch,
  package: PackageKind,
})
export type Artefact = z.infer<typeof Artefact>

const isShortLived = ({ issued, expires }: { issued: string; expires: string }): boolean => {
  const ms = Date.parse(expires) - Date.parse(issued)
  return ms > 0 && ms <= MAX_VALID_DAYS * DAY_MS
}
const placeOf = ({ platform, arch, package: kind }: Artefact): string => `${platform} ${arch} ${kind}`
const areDistinct = (artefacts: readonly Artefact[]): boolean =>
  [placeOf, ({ name }: Artefact) => name.toLowerCase()].every((key) => new Set(artefacts.map(key)).size === artefacts.length)

export const ReleaseManifest = z
  .strictObject({
    v: z.literal(1),
    channel: Channel,
    /** Counts the manifests of a channel; a program that has seen one takes none before it. */
    serial: z.number().int().min(1).max(2_147_483_647),
    version: Version,
    /** Versions from here on may update directly; older ones have to be installed anew. `null`: all. */
    minimumVersion: Version.nullable(),
    issued: IsoTime,
    /** Nobody takes it from then on, so that nobody can hold programs back for longer with an old one. */
    expires: IsoTime,
    /** What share of installed programs may take it, in percent. */
    staged: z.number().int().min(0).max(100),
    artefacts: z.array(Artefact).min(1).max(32).refine(areDistinct, 'names a file or a platform twice'),
  })
  .refine(isShortLived, `has to expire after it was issued, and within ${MAX_VALID_DAYS} days`)
export type ReleaseManifest = z.infer<typeof ReleaseManifest>

/** What is served: the signed manifest, and every change of keys there ever was, oldest first. */
export const ReleaseFile = z.strictObject({ release: Envelope, keys: z.array(Envelope).max(MAX_KEY_CHANGES) })
export type ReleaseFile = z.infer<typeof ReleaseFile>

/** A manifest whose signatures hold. */
export interface SignedRelease {
  readonly manifest: ReleaseManifest
  /** Hex SHA-256 of the bytes that were signed. */
  readonly sha256: string
  /** The keys that sign releases by now. */
  readonly keys: TrustedKeys
  /** Ids of the keys among them that have signed it. */
  readonly signedBy: readonly string[]
}

/** Why a release file is not used. */
export interface UnusableRelease {
  /** `unreadable`: it does not have the form of one. `keys`: its changes of keys do not lead on from those that are trusted. */
  readonly unusable: 'unreadable' | 'keys' | 'signature'
  readonly detail: string
}

const unusable = (why: UnusableRelease['unusable'], detail: string): UnusableRelease => ({ unusable: why, detail })
const issueOf = (error: z.ZodError): string => `${error.issues[0]?.path.join('.') || 'it'}: ${error.issues[0]?.message}`

/**
 * Reads a release file, and trusts nothing in it before the signatures hold: first its changes of keys from `trusted` on, then the
 * signatures of the manifest, then what the manifest says. Whether it is fresh and for this program is for {@link judgeRelease}.
 */
export async function openRelease(bytes: Uint8Array, trusted: TrustedKeys, crypto: VerifyPort): Promise<SignedRelease | UnusableRelease> {
  if (bytes.length > MAX_RELEASE_BYTES) return unusable('unreadable', `it is longer than ${MAX_RELEASE_BYTES} bytes`)
  const { data: file, error } = ReleaseFile.safeParse(readJsonBytes(bytes))
  if (!file) return unusable('unreadable', issueOf(error))
  const keys = await followKeyChanges(trusted, file.keys, crypto)
  if (typeof keys === 'string') return unusable('keys', keys)
  const unpacked = unpackSigned(file.release, RELEASE_TYPE, MAX_MANIFEST_BYTES)
  if (typeof unpacked === 'string') return unusable('unreadable', unpacked)
  const signedBy = await signersAmong(keys.keys, unpacked, crypto)
  if (signedBy.length < keys.threshold) return unusable('signature', `${signedBy.length} of the trusted keys have signed it, and ${keys.threshold} have to`)
  const manifest = ReleaseManifest.safeParse(readJsonBytes(unpacked.body))
  if (!manifest.success) return unusable('unreadable', issueOf(manifest.error))
  return { manifest: manifest.data, sha256: encodeHex(await crypto.sha256(unpacked.body)), keys, signedBy }
}

/** The file to serve: the manifest signed by each signer, with the changes of keys so far. Error: `ZodError` for a manifest that nobody would take. */
export async function signRelease(manifest: ReleaseManifest, changes: readonly Envelope[], signers: readonly EnvelopeSigner[]): Promise<ReleaseFile> {
  const body = encodeUtf8(JSON.stringify(ReleaseManifest.parse(manifest)))
  return ReleaseFile.parse({ release: await cosignEnvelope(RELEASE_TYPE, body, signers), keys: changes })
}
