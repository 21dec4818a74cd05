import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { packageRoot } from '../../kernel/paths.ts'
import { RELEASE_MARK } from '../build.ts'
import { notices } from '../release/notices.ts'
import { installedPackages } from './installed-packages.ts'

/** Everything of ours that runs without a screen, with what it reads. */
const OURS = ['package.json', 'LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'shared', 'resources', 'main', 'dist']
/** The desktop shell needs Electron. */
const NOT_OURS = new Set([
  'main/desktop',
  'dist/main',
  'dist/sandbox',
  'dist/notices',
  'dist/packed',
  'dist/preload',
  'dist/icons',
  'resources/icons',
  'resources/sandbox',
  'main/cli/packaging',
  'resources/deploy/debian',
])
const IS_TEST = /\.(?:test|bench|fixture|fake)\.tsx?$|\/fixtures$|\.fake\.c$|tsconfig\.json$|\.map$/

/** Of packages: what only a compiler, a debugger or a reader needs. */
const NOT_RUN = /\.(?:md|markdown|map|ts|mts|cts|flow|gyp|gypi|o|a|c|cc|cpp|h|hpp)$/i
const LICENCE = /^(?:licen[cs]e|copying|notice)/i
const SOURCES_OF_BINARIES = /node_modules\/(?:better-sqlite3\/(?:deps|src)|koffi\/(?:doc|lib|vendor))$/

const posix = (path: string): string => path.replaceAll('\\', '/')

const isOursToShip = (path: string): boolean => !NOT_OURS.has(path) && !IS_TEST.test(path)

function isPackagePart(path: string): boolean {
  if (SOURCES_OF_BINARIES.test(path)) return false
  // A package inside another is listed by itself.
  if (/node_modules\/.*\/node_modules$/.test(path)) return false
  return LICENCE.test(basename(path)) || !NOT_RUN.test(path)
}

/** Prebuilt for every system; only the one for this will ever be loaded. */
const isForHere = (path: string, platform: NodeJS.Platform, arch: string): boolean => {
  const prebuilt = /node_modules\/better-sqlite3\/prebuilds\/([^/]+)$/.exec(path)?.[1]
  return prebuilt === undefined || prebuilt === `${platform}-${arch}.node`
}

/**
 * Puts Windfall without its desktop window into an empty folder, ready to run: our sources, what is built of them, the packages they need and Node itself.
 * Everything in `dist` has to be built. Error: `input.invalid` where a package is not installed.
 */
export function writeHeadlessTree(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const copy = (path: string, keep: (path: string) => boolean) =>
    cpSync(join(packageRoot, path), join(folder, path), {
      recursive: true,
      dereference: true,
      filter: (source) => keep(posix(relative(packageRoot, source))),
    })
  for (const path of OURS) if (existsSync(join(packageRoot, path))) copy(path, isOursToShip)
  const lock = readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')
  for (const path of installedPackages(lock, (name) => existsSync(join(packageRoot, name))))
    copy(path, (part) => isPackagePart(part) && isForHere(part, process.platform, process.arch))
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), notices('headless'))
  writeFileSync(join(folder, 'dist', RELEASE_MARK), '')
}
