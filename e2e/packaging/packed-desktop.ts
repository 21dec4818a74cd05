/** The desktop as electron-builder packs it, over a distribution of Electron that is none: to be read, and to be started on the double. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { packageRoot } from '../../main/kernel/paths.ts'
import { builderPart } from './builder-parts.ts'
import { type System, writeStubElectron } from './desktop-stubs.ts'

interface BuilderConfig {
  readonly electronFuses: Readonly<Record<string, boolean>>
  readonly mac: { readonly x64ArchFiles: string; readonly singleArchFiles: string; readonly binaries: readonly string[] }
}
export const builderConfig = parse(readFileSync(join(packageRoot, 'electron-builder.yml'), 'utf8')) as BuilderConfig

const BUILDER = join(packageRoot, 'node_modules', 'electron-builder', 'cli.js')
/** Nothing is signed, and nothing asks the network. In a test of vitest's electron-builder would say nothing, not even why it fails. */
const ENVIRONMENT = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST'))),
  CSC_IDENTITY_AUTO_DISCOVERY: 'false',
  ELECTRON_OVERRIDE_DIST_PATH: join(packageRoot, '.cache', 'no-electron'),
  NO_UPDATE_NOTIFIER: '1',
}

const electronVersion = (JSON.parse(readFileSync(join(packageRoot, 'node_modules', 'electron', 'package.json'), 'utf8')) as { version: string }).version

/** Runs electron-builder with `electron-builder.yml` as it is, for the target `dir`. Answers the folder with what it made. */
export async function packDesktop(folder: string, system: System, arches: readonly string[]): Promise<string> {
  const [stub, out] = [join(folder, `electron-${system}`), join(folder, `out-${system}`)]
  writeStubElectron(stub, system, electronVersion)
  const settings = [`-c.electronDist=${stub}`, `-c.directories.output=${out}`]
  const foreign = system === 'linux' ? [] : ['-c.beforePack=./e2e/packaging/foreign-before-pack.ts']
  const args = [BUILDER, `--${system}`, 'dir', ...arches.map((arch) => `--${arch}`), ...settings, ...foreign, '--publish', 'never']
  // It says on standard output what went wrong.
  await promisify(execFile)(process.execPath, args, { cwd: packageRoot, env: ENVIRONMENT, maxBuffer: 64e6 }).catch((error: unknown) => {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`electron-builder did not pack for ${system}: ${stdout.slice(-2_000)}${stderr}`, { cause: error })
  })
  return out
}

export interface PackedFile {
  readonly path: string
  readonly bytes: number
  /** It lies beside the archive, as a file. */
  readonly unpacked: boolean
  /** SHA-256 of its content, as Electron checks it. */
  readonly sha256: string
}

interface Node {
  readonly integrity?: { readonly hash: string }
  readonly files?: Readonly<Record<string, Node>>
  readonly size?: number
  readonly unpacked?: boolean
}

export interface Asar {
  readonly getRawHeader: (archive: string) => { readonly header: Node; readonly headerString: string }
  readonly extractFile: (archive: string, path: string) => Buffer
  readonly extractAll: (archive: string, folder: string) => void
}
export const asar = builderPart('@electron/asar') as Asar

const walk = (node: Node, path: string): readonly PackedFile[] =>
  Object.entries(node.files ?? {}).flatMap(([name, child]) =>
    child.files
      ? walk(child, `${path}${name}/`)
      : [{ path: `${path}${name}`, bytes: child.size ?? 0, unpacked: child.unpacked === true, sha256: child.integrity?.hash ?? '' }],
  )

/** Every file that the application sees, sorted by nothing. */
export const filesIn = (archive: string): readonly PackedFile[] => walk(asar.getRawHeader(archive).header, '')

/** The native libraries in there, from `node_modules/` on, sorted. */
export const nativesIn = (archive: string): readonly string[] =>
  filesIn(archive)
    .flatMap(({ path }) => (path.endsWith('.node') ? [path.slice(path.indexOf('node_modules/') + 'node_modules/'.length)] : []))
    .toSorted()

/** The content of every file by its path. */
export const hashesIn = (archive: string): ReadonlyMap<string, string> => new Map(filesIn(archive).map(({ path, sha256 }) => [path, sha256]))

/** What Electron compares the archive with. */
export const headerHash = (archive: string): string => createHash('sha256').update(asar.getRawHeader(archive).headerString).digest('hex')

/** `name@version` of every package in the archive, sorted. */
export function packagesIn(archive: string): readonly string[] {
  const manifests = filesIn(archive).filter(({ path }) => /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@]+\/package\.json$/.test(path))
  return [
    ...new Set(
      manifests.map(({ path }) => {
        const { name, version } = JSON.parse(asar.extractFile(archive, path).toString()) as { name: string; version: string }
        return `${name}@${version}`
      }),
    ),
  ].toSorted()
}

interface Fuses {
  readonly getCurrentFuseWire: (file: string) => Promise<Readonly<Record<string, unknown>>>
  readonly FuseV1Options: Readonly<Record<string, string | number>>
}

/** Each fuse by the name that electron-builder has for it, and whether it is on. */
export async function fusesOf(file: string): Promise<Readonly<Record<string, boolean>>> {
  const { getCurrentFuseWire, FuseV1Options } = builderPart('@electron/fuses') as Fuses
  const wire = await getCurrentFuseWire(file)
  const named = Object.entries(wire).flatMap(([at, state]) => {
    const name = FuseV1Options[at]
    return typeof name === 'string' ? [[`${name.charAt(0).toLowerCase()}${name.slice(1)}`, state === '1'.charCodeAt(0)] as const] : []
  })
  return Object.fromEntries(named)
}

/** The names in a folder, sorted; none where it is not there. */
export const namesIn = (...path: readonly string[]): readonly string[] => (existsSync(join(...path)) ? readdirSync(join(...path)).toSorted() : [])
