import { dirname, join, relative } from 'node:path'
import { mkdirSync } from 'node:fs'
import { main as asc } from 'assemblyscript/asc'

const root = join(import.meta.dirname, '..', '..')

/**
 * Compiles the render job to a WebAssembly module. Paths inside the module are relative to the repository, so the same
 * sources give the same bytes in every folder. Rejects after printing the compiler's messages.
 */
export async function compileRender(outFile: string): Promise<void> {
  const options = {
    baseDir: root,
    outFile: relative(root, outFile),
    runtime: 'stub',
    exportStart: '_start',
    use: 'abort=resources/jobs/render/assembly/wasi/abort',
    optimizeLevel: '3',
    shrinkLevel: '0',
  }
  mkdirSync(dirname(outFile), { recursive: true })
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const { error } = await asc(['resources/jobs/render/assembly/index.ts', ...flags], { stderr: process.stderr })
  if (error) throw error
}
