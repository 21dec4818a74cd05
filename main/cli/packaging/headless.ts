/** `npm run package:headless [-- --out DIR] [--json]`: Windfall without its desktop window, as a Node tarball and, where `dpkg-deb` is, as a `.deb`. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parseArgs, promisify } from 'node:util'
import { messageOf } from '../../../shared/errors.ts'
import { packageRoot, packageVersion } from '../../kernel/paths.ts'
import { build } from '../build.ts'
import { packDebian } from './debian.ts'
import { writeHeadlessTree } from './headless-tree.ts'

const USAGE = `npm run package:headless [-- --out DIR] [--json]

Makes windfall-VERSION-PLATFORM-ARCH.tar.gz and, where dpkg-deb is installed, windfall_VERSION_ARCH.deb, each with its own Node, for this kind of machine.

  --out DIR   where they go (default: release)
  --json      answer with one JSON object: {"files":[{"file","bytes","sha256"}]}
`

/** What was built long ago has the date of this version, so that the same sources make the same archive. */
const STEADY = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0']

async function packTar(folder: string, out: string): Promise<string> {
  const name = `windfall-${packageVersion}-${process.platform}-${process.arch}`
  const file = join(out, `${name}.tar.gz`)
  await promisify(execFile)('tar', [...STEADY, '--transform', `s,^windfall,${name},`, '-czf', file, '-C', join(folder, '..'), basename(folder)])
  return file
}

const hasDpkg = (): Promise<boolean> =>
  promisify(execFile)('dpkg-deb', ['--version']).then(
    () => true,
    () => false,
  )

async function describe(file: string): Promise<{ file: string; bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return { file, bytes: statSync(file).size, sha256: hash.digest('hex') }
}

async function packageHeadless(out: string, say: (line: string) => void) {
  mkdirSync(out, { recursive: true })
  await build({}, say)
  const root = mkdtempSync(join(tmpdir(), 'windfall-package-'))
  try {
    const system = join(root, 'system')
    const tree = join(system, 'usr', 'lib', 'windfall')
    writeHeadlessTree(tree)
    const [tar, deb] = await Promise.all([packTar(tree, out), (await hasDpkg()) ? packDebian({ root: system, out }) : null])
    if (deb === null) say('No dpkg-deb here, so no .deb was made.')
    const files = deb === null ? [tar] : [tar, deb]
    return await Promise.all(files.map(describe))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        out: { type: 'string', default: join(packageRoot, 'release') },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    return null
  }
}

const options = readOptions()
if (!options || options.help) {
  process[options ? 'stdout' : 'stderr'].write(USAGE)
  process.exitCode = options ? 0 : 2
} else {
  const files = await packageHeadless(resolve(options.out), (line) => void process.stderr.write(`${line}\n`))
  const lines = files.map(({ file, bytes, sha256 }) => `${sha256}  ${file}  ${(bytes / 1e6).toFixed(1)} MB`)
  process.stdout.write(options.json ? `${JSON.stringify({ files })}\n` : `${lines.join('\n')}\n`)
}
