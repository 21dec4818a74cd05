/** What is handed to others: the installed packages that each kind of package of ours brings, inside its programs or beside them. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { WindfallError } from '../../../shared/errors.ts'
import { packageRoot } from '../../kernel/paths.ts'
import { bundledPackages } from '../bundled-packages.ts'
import { installedPackages } from '../packaging/installed-packages.ts'

export const KINDS = ['desktop', 'headless'] as const
export type Kind = (typeof KINDS)[number]

const Names = z.record(z.string(), z.string()).optional()
const Entry = z.looseObject({
  version: z.string().max(100).optional(),
  integrity: z.string().max(200).optional(),
  dependencies: Names,
  optionalDependencies: Names,
})
const LockFile = z.looseObject({ packages: z.record(z.string().max(500), Entry) })
const Manifest = z.looseObject({ name: z.string().max(214), version: z.string().max(100), license: z.unknown().optional(), licenses: z.unknown().optional() })

/** An installed package that leaves the house. */
export interface ShippedPackage {
  /** `node_modules/…`, from the package root. */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** As npm writes it: `sha512-` and base64; `null` for a package that did not come from a registry. */
  readonly integrity: string | null
  /** What its package.json says, or `null`. */
  readonly licence: string | null
  readonly kinds: readonly Kind[]
  /** Those of them whose programs have it inside. */
  readonly bundled: readonly Kind[]
  /** Folders of the shipped packages that it needs. */
  readonly needs: readonly string[]
}

type Lock = z.infer<typeof LockFile>['packages']

/** The programs of each kind that have packages inside. */
const PROGRAMS: Readonly<Record<Kind, readonly string[]>> = {
  desktop: ['main', 'children', 'sandbox', 'preload', 'renderer'],
  headless: ['agent', 'coordinator', 'renderer', 'console', 'verify', 'client'],
}
/** Parts of a compiler's library are in the sample jobs that it compiles. */
const COMPILED_IN: Readonly<Record<Kind, readonly string[]>> = { desktop: [], headless: ['node_modules/assemblyscript'] }
/** The engines: no program of ours imports them. */
const ENGINES: Readonly<Record<Kind, readonly string[]>> = { desktop: ['node_modules/electron', 'node_modules/node'], headless: ['node_modules/node'] }

/** What others need only for another engine (Bare), to compile something that is not compiled here, or to check types. */
const NOT_LOADED = /^(?:bare-.*|@types\/.*|cpu-features|nan|buildcheck|node-addon-api|bufferutil|utf-8-validate|typescript|react-native-b4a)$/

function readLock(): { readonly text: string; readonly packages: Lock } {
  const text = readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')
  return { text, packages: LockFile.parse(JSON.parse(text)).packages }
}

const isInstalled = (folder: string): boolean => existsSync(join(packageRoot, folder))

/** The folder that `name` leads to from a package, as Node looks for it. */
function found(packages: Lock, from: string, name: string): string | null {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const folder = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    if (folder in packages) return folder
    if (at === '') return null
    if (!at.includes('/node_modules/')) at = ''
  }
}

function needsOf(packages: Lock, folder: string): readonly string[] {
  const names = Object.keys({ ...packages[folder]?.dependencies, ...packages[folder]?.optionalDependencies }).filter((name) => !NOT_LOADED.test(name))
  return names.flatMap((name) => found(packages, folder, name) ?? []).filter(isInstalled)
}

/** These packages and all that they need. */
function closureOf(packages: Lock, roots: readonly string[]): ReadonlySet<string> {
  const reached = new Set(roots)
  for (const folder of reached) for (const needed of needsOf(packages, folder)) reached.add(needed)
  return reached
}

const IMPORT = /(?:from|import|require)\s*\(?\s*["'`]((?:@[\w.-]+\/)?[\w][\w.-]*)/g

/** The packages that built programs load when they run. Error: `input.invalid` where they are not built. */
function importedBy(packages: Lock, part: string): readonly string[] {
  const files = globSync(`dist/${part}/*.mjs`, { cwd: packageRoot })
  if (files.length === 0) throw new WindfallError('input.invalid', `dist/${part} is not built. Run npm run build first.`)
  const names = files.flatMap((file) => [...readFileSync(join(packageRoot, file), 'utf8').matchAll(IMPORT)].map(([, name = '']) => `node_modules/${name}`))
  return names.filter((folder) => folder in packages && !ENGINES.desktop.includes(folder))
}

/** Folders of the packages that lie beside the programs of the desktop: what these load, with all that it needs. */
export function besideDesktop(): readonly string[] {
  const { packages } = readLock()
  return [
    ...closureOf(
      packages,
      ['main', 'children'].flatMap((part) => importedBy(packages, part)),
    ),
  ].toSorted()
}

const beside = (kind: Kind, lockText: string): readonly string[] => (kind === 'desktop' ? besideDesktop() : installedPackages(lockText, isInstalled))

/** npm knows three ways to say it. */
function licenceOf({ license, licenses }: z.infer<typeof Manifest>): string | null {
  const texts = [license, ...(Array.isArray(licenses) ? licenses : []), ...(Array.isArray(license) ? license : [])].flatMap((one: unknown) =>
    typeof one === 'string' ? [one] : typeof one === 'object' && one !== null && 'type' in one ? [String(one.type)] : [],
  )
  return texts.length === 0 ? null : texts.length === 1 ? (texts[0] ?? null) : texts.join(' OR ')
}

/** Every installed package that leaves the house in one of these kinds, sorted by folder. Error: `input.invalid` where something is not built or installed. */
export function shippedPackages(kinds: readonly Kind[] = KINDS): readonly ShippedPackage[] {
  const { text, packages } = readLock()
  const inside = new Map(kinds.map((kind) => [kind, new Set([...PROGRAMS[kind].flatMap(bundledPackages), ...COMPILED_IN[kind]])]))
  const all = new Map(kinds.map((kind) => [kind, new Set([...(inside.get(kind) ?? []), ...beside(kind, text), ...ENGINES[kind]])]))
  const folders = new Set([...all.values()].flatMap((set) => [...set]))
  return [...folders].toSorted().map((folder) => {
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(packageRoot, folder, 'package.json'), 'utf8')))
    return {
      folder,
      name: manifest.name,
      version: manifest.version,
      integrity: packages[folder]?.integrity ?? null,
      licence: licenceOf(manifest),
      kinds: kinds.filter((kind) => all.get(kind)?.has(folder)),
      bundled: kinds.filter((kind) => inside.get(kind)?.has(folder)),
      needs: needsOf(packages, folder).filter((needed) => folders.has(needed)),
    }
  })
}
