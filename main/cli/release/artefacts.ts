import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Artefact, type Arch, type PackageKind, type Platform } from '../../../shared/domain/release-manifest.ts'
import { WindfallError } from '../../../shared/errors.ts'

/** The first that fits. Packages without a window are named in small letters, as `npm run package:headless` names them. */
const KINDS: readonly (readonly [name: RegExp, platform: Platform, kind: PackageKind])[] = [
  [/^windfall_.*\.deb$/, 'linux', 'headless-deb'],
  [/^windfall-.*-linux-.*\.tar\.gz$/, 'linux', 'headless-tar'],
  [/^windfall-.*-darwin-.*\.tar\.gz$/, 'darwin', 'headless-tar'],
  [/\.exe$/i, 'win32', 'nsis'],
  [/\.zip$/i, 'darwin', 'zip'],
  [/\.dmg$/i, 'darwin', 'dmg'],
  [/\.appimage$/i, 'linux', 'appimage'],
  [/\.deb$/i, 'linux', 'deb'],
  [/\.flatpak$/i, 'linux', 'flatpak'],
]
/** As packers of each system write them. */
const ARCHES: Readonly<Record<string, Arch>> = { x64: 'x64', x86_64: 'x64', amd64: 'x64', arm64: 'arm64', aarch64: 'arm64', universal: 'universal' }

const ARCH = Object.keys(ARCHES).join('|')
const SYSTEM = 'linux|mac|win|darwin'
/** `Windfall-1.0.1-linux-x64.AppImage`: a name, a version, perhaps a system, a processor, an ending. */
const NAME = new RegExp(
  `^[A-Za-z0-9]+[-_](\\d+\\.\\d+\\.\\d+(?:-(?!${SYSTEM}|${ARCH})[0-9A-Za-z.]+)?)(?:[-_](?:${SYSTEM}))?[-_.](${ARCH})(?:\\.tar)?\\.[A-Za-z]+$`,
)

/** The processor that a package of this version is for; `null` for a package of another version. Error: `input.invalid` where its name leaves that open. */
function archOf(name: string, version: string): Arch | null {
  const [, named, arch = ''] = NAME.exec(name) ?? []
  if (named === undefined && name.includes(version))
    throw new WindfallError('input.invalid', `${name} does not say what it is. Packages are named like Windfall-${version}-linux-x64.AppImage.`)
  return named === version ? (ARCHES[arch] ?? null) : null
}

/** Base64 SHA-512 of a file. */
async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array)
  return hash.digest('base64')
}

/** Error: `input.invalid`, where it is open which of two files a copy is to take. */
function refuseTwins(packages: readonly Pick<Artefact, 'name' | 'platform' | 'arch' | 'package'>[]): void {
  for (const [place, twins] of Map.groupBy(packages, ({ platform, arch, package: kind }) => `${kind} for ${platform} on ${arch}`))
    if (twins.length > 1)
      throw new WindfallError('input.invalid', `${twins.map(({ name }) => name).join(' and ')} are each the ${place}. Leave one of them in the folder.`)
}

export interface FoundArtefacts {
  readonly artefacts: readonly Artefact[]
  /** Files that are no packages of this version. */
  readonly leftOut: readonly string[]
}

/** The packages of one version in a folder, by their names, with what identifies their content. Error: `input.invalid` if there are none, or one is in doubt. */
export async function findArtefacts(folder: string, version: string): Promise<FoundArtefacts> {
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile())
  const packages = names.flatMap((name) => {
    const kind = KINDS.find(([pattern]) => pattern.test(name))
    const arch = kind ? archOf(name, version) : null
    return kind && arch ? [{ name, platform: kind[1], arch, package: kind[2] }] : []
  })
  if (packages.length === 0) throw new WindfallError('input.invalid', `${folder} holds no package of version ${version}: none of its files has it in its name.`)
  refuseTwins(packages)
  const artefacts: Artefact[] = []
  for (const { name, ...is } of packages) {
    const file = join(folder, name)
    artefacts.push(parsed({ name, ...is, size: statSync(file).size, sha512: await sha512Of(file) }))
  }
  return { artefacts, leftOut: names.filter((name) => !packages.some((one) => one.name === name)) }
}

function parsed(artefact: Artefact): Artefact {
  const { data, error } = Artefact.safeParse(artefact)
  if (data) return data
  throw new WindfallError('input.invalid', `${artefact.name} cannot be published: ${error.issues[0]?.message}.`)
}

/** The names of those files of a release that are not in a folder as they were signed. */
export async function changedFiles(folder: string, artefacts: readonly Artefact[]): Promise<readonly string[]> {
  const changed: string[] = []
  for (const { name, size, sha512 } of artefacts) {
    const file = join(folder, name)
    const stats = statSync(file, { throwIfNoEntry: false })
    if (!stats?.isFile() || stats.size !== size || (await sha512Of(file)) !== sha512) changed.push(name)
  }
  return changed
}
