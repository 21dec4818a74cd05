import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { packageRoot } from '../../kernel/paths.ts'
import { besideDesktop } from '../release/shipped.ts'

export interface DesktopTarget {
  /** As Node names it. */
  readonly platform: string
  readonly arch: string
}

const LICENCE = /^(?:licen[cs]e|copying|notice)/i
/** What only a compiler, a debugger, a test or a reader needs. */
const NOT_RUN =
  /\.(?:md|markdown|map|ts|tsx|mts|cts|flow|gyp|gypi|o|a|c|cc|cpp|h|hh|hpp|inc|s|asm|def|lock|log)$|^(?:\..*|makefile|bench|benchmarks?|docs|examples?|tests?|__tests__)$/i
/** Sources of the binaries that come with them, and a program for agents of SSH on Windows. */
const UNUSED = /^node_modules\/(?:better-sqlite3\/(?:deps|src)|koffi\/(?:doc|lib|vendor)|ssh2\/(?:util|install\.js)|@koromix\/[^/]+\/musl_[^/]+)$/
const NATIVE = /^node_modules\/(?:@koromix\/koffi|better-sqlite3\/prebuilds\/)[-/]?([a-z0-9]+)-([a-z0-9]+)(?:\.node)?$/

/** One application for macOS runs on either processor. */
function isForTarget(path: string, { platform, arch }: DesktopTarget): boolean {
  const [, forPlatform, forArch] = NATIVE.exec(path) ?? []
  return forPlatform === undefined || (forPlatform === platform && (forArch === arch || platform === 'darwin'))
}

function isPart(path: string, target: DesktopTarget): boolean {
  const name = basename(path)
  // A package inside another is copied by itself.
  if (UNUSED.test(path) || !isForTarget(path, target) || /node_modules\/.*\/node_modules$/.test(path)) return false
  return LICENCE.test(name) || !NOT_RUN.test(name)
}

/**
 * Puts the packages that the application loads, with all that these need and nothing else, into a folder that becomes its `node_modules`: each at the place and
 * in the version that npm chose, with libraries of the target alone. Errors: `input.invalid` where the programs are not built.
 */
export function stageModules(folder: string, target: DesktopTarget): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const installed of besideDesktop()) {
    if (!isForTarget(installed, target)) continue
    const filter = (source: string) => isPart(relative(packageRoot, source).replaceAll('\\', '/'), target)
    cpSync(join(packageRoot, installed), join(folder, relative('node_modules', installed)), { recursive: true, dereference: true, filter })
  }
}
