import { execFile, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipFor } from '../../main/kernel/requirement.fixture.ts'
import { temporaryDirectory, until } from '../support/windfall.ts'

const run = promisify(execFile)
const docker = async (...args: string[]): Promise<string> => (await run('docker', args, { maxBuffer: 16e6 })).stdout.trim()

const missing = await docker('info').then(
  () => null,
  () => 'no Docker engine answers',
)
const reason = missing === null ? null : skipFor('the container image', missing)

const BASE = 'windfall-test-base:local'
const IMAGE = 'windfall-test-image:local'
const LOCKED = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']

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

describe.skipIf(reason !== null)('the container image', () => {
  const containers: string[] = []
  const start = async (...args: string[]): Promise<string> => {
    const id = await docker('run', '--detach', ...args)
    containers.push(id)
    return id
  }

  beforeAll(async () => {
    await importBase()
    await run(process.execPath, ['main/cli/packaging/image.ts', '--base', BASE, '--tag', IMAGE])
  })
  afterAll(async () => {
    for (const id of containers) await docker('rm', '--force', '--volumes', id)
    await docker('rmi', '--force', IMAGE, BASE)
  })

  test('runs without root, without a shell and on a file system it cannot change; it is healthy, and stops when it is told', async () => {
    const chain = await start(...LOCKED, IMAGE, 'localnet')
    const said = async () => Object.values(await run('docker', ['logs', chain])).join('\n')
    await until(said, (text) => text.includes('JSON-RPC'), { what: 'the chain' })
    const coordinator = await start(
      '--network',
      `container:${chain}`,
      '--health-interval=1s',
      ...LOCKED,
      IMAGE,
      'coordinator',
      'run',
      '--no-live-grid',
      '--test-funds',
      '--rpc',
      'http://127.0.0.1:8899',
    )
    await until(
      () => docker('inspect', '--format', '{{.State.Status}} {{.State.Health.Status}}', coordinator),
      (state) => state === 'running healthy',
      { what: 'a healthy coordinator' },
    )
    expect(await docker('inspect', '--format', '{{.Config.User}}', IMAGE)).toBe('10001:10001')
    await docker('stop', '--time', '60', coordinator)
    expect(await docker('inspect', '--format', '{{.State.ExitCode}}', coordinator)).toBe('0')
  })
})
