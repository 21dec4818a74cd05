import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileC } from '../../../kernel/c-library.fixture.ts'
import { type TestImage, imageOf, tarOf } from '../image.fixture.ts'

const PROGRAMS = ['attack', 'greed']

const compiled = PROGRAMS.map((name) => [name, compileC(join(import.meta.dirname, `${name}.fixture.c`), { name, flags: ['-static', '-O1'] })] as const)
const binaries = compiled.flatMap(([name, program]) => {
  if (typeof program === 'string') return []
  using built = program
  return [[name, readFileSync(built.path)] as const]
})

/** Whether the hostile programs of the `.c` files are in the image. */
export const isCompilerThere = binaries.length === PROGRAMS.length

const attackFiles = () => ({
  bin: { folder: 0o755 },
  'bin/busybox': { content: readFileSync('/bin/busybox'), mode: 0o4755 },
  ...Object.fromEntries(binaries.map(([name, content]) => [`bin/${name}`, { content, mode: 0o4755 }])),
  data: { folder: 0o777 },
  etc: { folder: 0o755 },
})

/** BusyBox, setuid root, and the attacks; its arguments are a shell script. */
export async function attackImage(config: object = {}): Promise<TestImage> {
  return imageOf(await tarOf(attackFiles()), { Entrypoint: ['/bin/busybox', 'sh', '-c'], Env: ['PATH=/bin'], ...config })
}
