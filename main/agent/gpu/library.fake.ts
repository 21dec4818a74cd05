import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, type LaunchChild, launchNodeChild } from '../../kernel/child.ts'

export interface FakeLibrary extends Disposable {
  readonly path: string
}

const COMPILERS = ['cc', 'gcc', 'clang']

/**
 * Compiles a C file of this folder into a shared library that stands in for those of another system. Each of `defines` switches
 * something on in it. Returns a sentence instead if this machine has no C compiler or is not Linux.
 */
export function compileFakeLibrary(source: string, defines: readonly string[] = []): FakeLibrary | string {
  if (process.platform !== 'linux') return `${source} is compiled on Linux only`
  const folder = mkdtempSync(join(tmpdir(), 'fake-library-'))
  const path = join(folder, 'library.so')
  const flags = [...defines.map((name) => `-D${name}`), '-O2', '-Wall', '-Werror', '-shared', '-fPIC']
  const remove = () => rmSync(folder, { recursive: true, force: true })
  if (COMPILERS.some((name) => isOk(name, [...flags, '-o', path, join(import.meta.dirname, source)]))) return { path, [Symbol.dispose]: remove }
  remove()
  return `no C compiler (${COMPILERS.join(', ')}) could build ${source}`
}

function isOk(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Launches one child, which `fall` ends as a crash would, and none after it. */
export function createOneChild(): { readonly launch: LaunchChild; readonly fall: () => Promise<void> } {
  let child: Child | null = null
  return {
    launch: (program) => (child ? null : (child = launchNodeChild(program))),
    fall: () =>
      new Promise((resolve) => {
        child?.onEnd(resolve)
        child?.kill()
      }),
  }
}
