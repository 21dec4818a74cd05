import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { skipFor } from './requirement.fixture.ts'

export interface CProgram extends Disposable {
  /** The shared library or the program, in a folder of its own. */
  readonly path: string
}

const COMPILERS = ['cc', 'gcc', 'clang']
const SHARED = ['-O2', '-Wall', '-Werror', '-shared', '-fPIC']

/**
 * Compiles a C file. Returns why it cannot be compiled on this machine instead; see {@link skipFor}. `name` is that of the file that is made.
 */
export function compileC(source: string, { name, flags }: { readonly name: string; readonly flags: readonly string[] }): CProgram | string {
  if (process.platform !== 'linux') return skipFor(basename(source), 'it is written for Linux')
  const folder = mkdtempSync(join(tmpdir(), 'compiled-'))
  const path = join(folder, name)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const complaints: string[] = []
  for (const compiler of COMPILERS) {
    const { status, stderr } = spawnSync(compiler, ['-o', path, source, ...flags], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
    if (status === 0) return { path, [Symbol.dispose]: remove }
    if (stderr) complaints.push(stderr.slice(0, 300).replaceAll(/\s+/g, ' '))
  }
  remove()
  return skipFor(basename(source), complaints[0] ?? `no C compiler (${COMPILERS.join(', ')}) found; Debian package gcc`)
}

/** Compiles a C file into a shared library that stands in for one of a vendor or of another system; each of `defines` switches something on in it. */
export function compileLibrary(source: string, defines: readonly string[] = [], name = 'library.so'): CProgram | string {
  return compileC(source, { name, flags: [...defines.map((define) => `-D${define}`), ...SHARED, '-ldl'] })
}
