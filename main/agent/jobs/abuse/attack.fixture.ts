import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestImage, imageOf, tarOf } from '../image.fixture.ts'

const PROGRAMS = ['attack', 'greed']
const COMPILERS = ['cc', 'gcc', 'clang']

function compile([compiler = '', ...others]: readonly string[]): ReadonlyMap<string, Buffer> | null {
  const directory = mkdtempSync(join(tmpdir(), 'wf-attack-'))
  try {
    const build = (name: string) => {
      const binary = join(directory, name)
      execFileSync(compiler, ['-static', '-O1', '-o', binary, join(import.meta.dirname, `${name}.fixture.c`)], { stdio: ['ignore', 'ignore', 'pipe'] })
      return [name, readFileSync(binary)] as const
    }
    return new Map(PROGRAMS.map(build))
  } catch (error) {
    if (others.length > 0) return compile(others)
    process.stderr.write(`The attacks written in C are skipped, because no compiler can build a static program here: ${String(error).slice(0, 200)}\n`)
    return null
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const programs = compile(COMPILERS)

/** Whether the hostile programs of the `.c` files are in the image; the reason is printed where they are not. */
export const isCompilerThere = programs !== null

const attackFiles = () => ({
  bin: { folder: 0o755 },
  'bin/busybox': { content: readFileSync('/bin/busybox'), mode: 0o4755 },
  ...Object.fromEntries([...(programs ?? [])].map(([name, content]) => [`bin/${name}`, { content, mode: 0o4755 }])),
  data: { folder: 0o777 },
  etc: { folder: 0o755 },
})

/** BusyBox, setuid root, and the attacks; its arguments are a shell script. */
export async function attackImage(config: object = {}): Promise<TestImage> {
  return imageOf(await tarOf(attackFiles()), { Entrypoint: ['/bin/busybox', 'sh', '-c'], Env: ['PATH=/bin'], ...config })
}
