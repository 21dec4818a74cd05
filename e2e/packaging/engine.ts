/** The local container engine, and the images that these tests build with it. */
import { execFile, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { temporaryDirectory } from '../support/windfall.ts'

const run = promisify(execFile)
export const docker = async (...args: string[]): Promise<string> => (await run('docker', args, { maxBuffer: 16e6 })).stdout.trim()

const answers = (file: string, ...args: string[]) =>
  run(file, args).then(
    () => true,
    () => false,
  )

/** Why no engine can be used here; `null` if one can. */
export const missingEngine = async (): Promise<string | null> => ((await answers('docker', 'info')) ? null : 'no Docker engine answers')

/** How Compose is started here: as a part of Docker, or as the program of its own that Debian has; `null` if there is none. */
export async function findCompose(): Promise<readonly string[] | null> {
  if (await answers('docker', 'compose', 'version')) return ['docker', 'compose']
  return (await answers('docker-compose', 'version')) ? ['docker-compose'] : null
}

const BASE = 'windfall-test-base:local'
const REPOSITORY = 'windfall-test-image'
/** The version that is built here, and the one after it. */
export const IMAGE = `${REPOSITORY}:local`
export const NEXT_IMAGE = `${REPOSITORY}:next`
export const NEXT_VERSION = '99.0.0'

/** What every base has that the image may be built on: the libraries that Node and what it loads are linked to, and nothing else, not even a shell. */
async function importBase(): Promise<void> {
  const linked = [process.execPath, ...globSync('node_modules/litesvm-linux-*-gnu/*.node')]
  const { stdout } = await run('ldd', linked)
  const libraries = new Set([...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path).filter((path) => existsSync(path)))
  using root = temporaryDirectory()
  for (const path of libraries) {
    mkdirSync(join(root.path, dirname(path)), { recursive: true, mode: 0o755 })
    copyFileSync(path, join(root.path, path))
  }
  chmodSync(root.path, 0o755)
  const tar = spawn('tar', ['--create', '--directory', root.path, '.'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const imported = spawn('docker', ['import', '-', BASE], { stdio: [tar.stdout, 'ignore', 'inherit'] })
  expect(await new Promise((resolve) => imported.on('close', resolve))).toBe(0)
}

/** The same image, one version on, as a release would bring. */
async function buildNext(): Promise<void> {
  using context = temporaryDirectory()
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as object
  writeFileSync(join(context.path, 'package.json'), JSON.stringify({ ...manifest, version: NEXT_VERSION }))
  chmodSync(join(context.path, 'package.json'), 0o644)
  writeFileSync(join(context.path, 'Dockerfile'), `FROM ${IMAGE}\nCOPY package.json /usr/lib/windfall/package.json\n`)
  await docker('build', '--tag', NEXT_IMAGE, context.path)
}

/** Runs lines of JavaScript as root in a container, where `/at` is a folder of this machine or a volume: what a kubelet or an operator does to files. */
export const asRootAt = (place: string, script: string): Promise<string> =>
  docker(
    'run',
    '--rm',
    '--network',
    'none',
    '--volume',
    `${place}:/at`,
    '--volume',
    `${process.execPath}:/node:ro`,
    '--entrypoint',
    '/node',
    BASE,
    '--eval',
    script,
  )

export async function buildImages(): Promise<void> {
  await importBase()
  await run(process.execPath, ['main/cli/packaging/image.ts', '--base', BASE, '--tag', IMAGE])
  await buildNext()
}
export const removeImages = (): Promise<string> => docker('rmi', '--force', NEXT_IMAGE, IMAGE, BASE)
