/** What electron-builder calls for each package of the desktop, before it looks for the files that belong in there. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageRoot } from '../../kernel/paths.ts'
import { gatherSandbox } from '../gather-sandbox.ts'
import { notices } from '../release/notices.ts'
import { stageModules } from './desktop-modules.ts'

/** What it says of the package that comes next. */
export interface NextPackage {
  readonly packager: { readonly platform: { readonly buildConfigurationKey: string; readonly nodeName: string } }
  /** One of electron-builder's `Arch`. */
  readonly arch: number
}

/** Where electron-builder.yml takes them from. */
const NOTICES_FILE = join(packageRoot, 'dist', 'notices', 'desktop.txt')

export interface Target {
  /** In its words `${os}` and `${arch}`. */
  readonly os: string
  readonly arch: string
  /** In the words of Node. */
  readonly platform: string
}

export async function targetOf({ packager, arch }: NextPackage): Promise<Target> {
  const { Arch } = await import('electron-builder')
  return { os: packager.platform.buildConfigurationKey, platform: packager.platform.nodeName, arch: Arch[arch] ?? '' }
}

/** npm installs native parts for the machine it runs on; without those of the package's system nothing would read a GPU there. Error: they are missing. */
function requireNative(platform: string, arch: string): void {
  const installed = join(packageRoot, 'node_modules')
  const name = `@koromix/koffi-${platform}-${arch}`
  if (existsSync(join(installed, name))) return
  const { version } = JSON.parse(readFileSync(join(installed, 'koffi', 'package.json'), 'utf8')) as { version: string }
  throw new Error(
    `The package for ${platform}-${arch} needs ${name}, which is not installed. Run npm install --no-save --force ${name}@${version}, or build it on such a machine.`,
  )
}

/** Modules are staged here: electron-builder is to look for none, and to build none. */
export const beforeBuild = (): boolean => false

/** Where electron-builder.yml takes them from. */
const packedFolder = (os: string, arch: string): string => join(packageRoot, 'dist', 'packed', `${os}-${arch}`)

/** What every package of the desktop has, whatever machine it is made on: the packages that it loads, and the notices of all others. */
export function stageParts({ os, platform, arch }: Target): void {
  stageModules(packedFolder(os, arch), { platform, arch })
  writeNotices()
}

/** Whole or not at all: packages for several systems may be made side by side. */
function writeNotices(): void {
  mkdirSync(dirname(NOTICES_FILE), { recursive: true })
  const draft = `${NOTICES_FILE}.${process.pid}`
  writeFileSync(draft, notices('desktop'))
  renameSync(draft, NOTICES_FILE)
}

/** Error: a part of the package for that system is not here, or may not be handed on. */
export async function beforePack(next: NextPackage): Promise<void> {
  const target = await targetOf(next)
  requireNative(target.platform, target.arch)
  await gatherSandbox(join(packageRoot, 'dist', 'sandbox'), target)
  stageParts(target)
}
