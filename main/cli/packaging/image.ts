/** `npm run package:image [-- --tag NAME] [--base IMAGE] [--json]`: a container image for coordinators and agents without a screen, by the local engine. */
import { spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { packageVersion, resourcesDirectory } from '../../kernel/paths.ts'
import { build } from '../build.ts'
import { writeHeadlessTree } from './headless-tree.ts'

const USAGE = `npm run package:image [-- --tag NAME] [--base IMAGE] [--json]

Builds a container image with Windfall and its own Node, with “docker build”.

  --tag NAME     what it is called (default: windfall:${packageVersion})
  --base IMAGE   what it is built on: glibc, libstdc++ and certificates (default: debian:12-slim)
  --json         answer with one JSON object: {"tag","id"}
`
const DOCKERFILE = join(resourcesDirectory, 'deploy', 'container', 'Dockerfile')

const docker = (args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('docker', args, { stdio: ['ignore', process.stderr, process.stderr] })
    child.on('error', (error) =>
      reject(new WindfallError('unavailable', `“docker” does not start (${error.message}). Install a container engine with its command line.`)),
    )
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new WindfallError('unavailable', `“docker ${args[0]}” ended with ${code}; it says why above.`)),
    )
  })

async function buildImage({ tag, base }: { readonly tag: string; readonly base: string | undefined }): Promise<{ tag: string; id: string }> {
  await build({}, (line) => void process.stderr.write(`${line}\n`))
  const root = mkdtempSync(join(tmpdir(), 'windfall-image-'))
  try {
    const [context, idFile] = [join(root, 'context'), join(root, 'id')]
    writeHeadlessTree(context)
    // A folder with a wallet in it may be open to nobody else, and git keeps no modes of folders.
    chmodSync(join(context, 'resources', 'deploy', 'container', 'data', 'windfall'), 0o700)
    cpSync(DOCKERFILE, join(root, 'Dockerfile'))
    await docker([
      'build',
      '--tag',
      tag,
      ...(base === undefined ? [] : ['--build-arg', `BASE=${base}`]),
      '--iidfile',
      idFile,
      '--file',
      join(root, 'Dockerfile'),
      context,
    ])
    return { tag, id: readFileSync(idFile, 'utf8').trim() }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        tag: { type: 'string', default: `windfall:${packageVersion}` },
        base: { type: 'string' },
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
  try {
    const image = await buildImage({ tag: options.tag, base: options.base })
    process.stdout.write(options.json ? `${JSON.stringify(image)}\n` : `${image.tag}  ${image.id}\n`)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    process.exitCode = 1
  }
}
