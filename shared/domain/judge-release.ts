/** Whether a signed release is for this program, now. */
import { type Arch, type Artefact, type PackageKind, type Platform, type SignedRelease } from './release-manifest.ts'
import { compareVersions } from './versions.ts'

/** Clocks differ; a manifest may seem to be this much from the future. */
const CLOCK_SLACK_MS = 600_000

/** The newest manifest that this program has taken, of its channel. */
export interface SeenRelease {
  readonly serial: number
  readonly sha256: string
  /** When it was issued. Whatever this machine's clock says, it is later than that. */
  readonly issued: string
}

/** What decides whether a release is for this program. */
export interface Situation {
  /** Epoch milliseconds. */
  readonly now: number
  readonly channel: string
  readonly version: string
  readonly platform: Platform
  readonly arch: Exclude<Arch, 'universal'>
  readonly package: PackageKind
  readonly seen: SeenRelease | null
  /** Where this program is in the order in which programs get the release: 0 first, below 1. See {@link shareOf}. */
  readonly share: number
}

/** Why a release that is signed is refused nevertheless. */
export type Refusal =
  | { readonly why: 'channel'; readonly channel: string }
  | { readonly why: 'expired'; readonly at: string }
  | { readonly why: 'early'; readonly at: string }
  /** An older manifest than one that was seen, or another of the same number. */
  | { readonly why: 'replayed'; readonly serial: number; readonly seen: number }
  | { readonly why: 'too-old'; readonly minimum: string; readonly version: string }
  | { readonly why: 'nothing-here'; readonly version: string }

/** `current`: there is nothing newer for this program (yet). */
export type Judgement = { readonly verdict: 'offer'; readonly artefact: Artefact } | { readonly verdict: 'current' }

/** Why nobody here should believe this release any more, or yet; `null` if it may be believed, and is to be remembered. */
export function distrust({ manifest, sha256 }: SignedRelease, { now, channel, seen }: Pick<Situation, 'now' | 'channel' | 'seen'>): Refusal | null {
  if (manifest.channel !== channel) return { why: 'channel', channel: manifest.channel }
  if (seen && (manifest.serial < seen.serial || (manifest.serial === seen.serial && sha256 !== seen.sha256)))
    return { why: 'replayed', serial: manifest.serial, seen: seen.serial }
  if (Date.parse(manifest.issued) > now + CLOCK_SLACK_MS) return { why: 'early', at: manifest.issued }
  // A clock that was set back makes nothing young again.
  const latest = Math.max(now, seen ? Date.parse(seen.issued) : now)
  return Date.parse(manifest.expires) <= latest ? { why: 'expired', at: manifest.expires } : null
}

/** What a release that may be believed means for this program. Never an older version, never the same one again. */
export function judgeRelease({ manifest }: SignedRelease, situation: Situation): Judgement | Refusal {
  const { version, platform, arch, package: kind, share } = situation
  if (compareVersions(manifest.version, version) <= 0 || share * 100 >= manifest.staged) return { verdict: 'current' }
  if (manifest.minimumVersion !== null && compareVersions(version, manifest.minimumVersion) < 0)
    return { why: 'too-old', minimum: manifest.minimumVersion, version: manifest.version }
  const fitting = manifest.artefacts.filter((artefact) => artefact.platform === platform && artefact.package === kind)
  const artefact = fitting.find((one) => one.arch === arch) ?? fitting.find((one) => one.arch === 'universal')
  return artefact ? { verdict: 'offer', artefact } : { why: 'nothing-here', version: manifest.version }
}

/** A place in [0, 1) from at least six bytes of a hash: as evenly spread as the hash is. */
export function shareOf(digest: Uint8Array): number {
  return digest.slice(0, 6).reduce((share, byte, at) => share + byte / 256 ** (at + 1), 0)
}
