import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReleaseRoot } from '../../../shared/domain/release-root.ts'
import type { Arch, PackageKind, Platform } from '../../../shared/domain/release-manifest.ts'
import { isVersion } from '../../../shared/domain/versions.ts'
import { t } from '../../../shared/i18n/translate.ts'

/** This copy of the program, and how it came to this machine. */
export interface Program {
  readonly version: string
  /** False where it runs from its source. */
  readonly isPackaged: boolean
  readonly platform: NodeJS.Platform
  readonly arch: string
  /** `null` for a folder that somebody unpacked. */
  readonly package: PackageKind | 'snap' | null
}

interface Facts {
  readonly app: { readonly getVersion: () => string; readonly isPackaged: boolean }
  readonly platform: NodeJS.Platform
  readonly arch: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where Electron keeps the program's resources: `process.resourcesPath`. */
  readonly resources: string
  /** Where dpkg keeps the names of the files of each package, by default on every Debian and Ubuntu. */
  readonly dpkg?: string
}

function isDebian({ resources, dpkg = '/var/lib/dpkg/info' }: Facts): boolean {
  try {
    return readFileSync(join(dpkg, 'windfall.list'), 'utf8').split('\n').includes(resources)
  } catch {
    return false
  }
}

function packageOf(facts: Facts): Program['package'] {
  const { platform, environment } = facts
  if (platform === 'win32') return 'nsis'
  if (platform === 'darwin') return 'zip'
  if (environment['FLATPAK_ID']) return 'flatpak'
  if (environment['SNAP']) return 'snap'
  if (environment['APPIMAGE']) return 'appimage'
  return isDebian(facts) ? 'deb' : null
}

/** What Electron and the system say of this copy. */
export const readProgram = (facts: Facts): Program => ({
  version: facts.app.getVersion(),
  isPackaged: facts.app.isPackaged,
  platform: facts.platform,
  arch: facts.arch,
  package: packageOf(facts),
})

/** A copy that can replace itself, and where from. */
export interface Updatable {
  readonly version: string
  readonly platform: Platform
  readonly arch: Exclude<Arch, 'universal'>
  readonly package: PackageKind
  readonly address: URL
  readonly channel: string
  readonly keys: NonNullable<ReleaseRoot['keys']>
}

/** Windows is replaced by its installer, macOS by an archive, Linux by an AppImage. */
const OWN_PACKAGE: Readonly<Record<Platform, PackageKind>> = { win32: 'nsis', darwin: 'zip', linux: 'appimage' }

const isPlatform = (platform: NodeJS.Platform): platform is Platform => Object.hasOwn(OWN_PACKAGE, platform)
const isArch = (arch: string): arch is Updatable['arch'] => arch === 'x64' || arch === 'arm64'

/** What this copy needs to update itself, or why it does not, with what its owner can do instead. */
export function canUpdate(program: Program, root: ReleaseRoot): Updatable | string {
  const { version, platform, arch } = program
  if (!program.isPackaged) return t('This Windfall runs from its source code. Update it the way you got it.')
  if (program.package === 'deb' || program.package === 'flatpak' || program.package === 'snap')
    return t('Windfall is updated by your package manager, with the other programs of this computer.')
  if (!isPlatform(platform) || !isArch(arch) || program.package !== OWN_PACKAGE[platform] || !isVersion(version))
    return t('This copy of Windfall cannot replace itself. Download a newer one where you got it.')
  if (root.address === null || root.keys === null) return t('This build of Windfall does not look for updates. Download a newer one where you got it.')
  return { version, platform, arch, package: OWN_PACKAGE[platform], address: new URL(root.address), channel: root.channel, keys: root.keys }
}
