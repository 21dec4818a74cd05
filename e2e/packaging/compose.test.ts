import { execFile } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { skipFor } from '../../main/kernel/requirement.fixture.ts'
import { temporaryDirectory } from '../support/windfall.ts'
import { findCompose } from './engine.ts'

const run = promisify(execFile)
const DEPLOY = 'resources/deploy'
const PLACE = join(DEPLOY, 'compose')

interface Service {
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly mem_limit?: string
  readonly pids_limit?: number
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
}
const services = ['compose.yaml', 'compose.postgres.yaml'].flatMap((file) => {
  const { services: all } = parse(readFileSync(join(PLACE, file), 'utf8'), { merge: true }) as { services: Record<string, Service> }
  return Object.entries(all)
    .filter(([, service]) => 'image' in service)
    .map(([name, service]) => [name, service] as const)
})

test.each(services)('%s runs without capabilities, on a file system it cannot change, within limits, and is reached from this machine only', (_, service) => {
  expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
  expect([service.mem_limit, service.pids_limit]).toEqual([expect.any(String), expect.any(Number)])
  for (const port of service.ports ?? []) expect(port).toMatch(/^(?:127\.0\.0\.1:|\$\{PUBLISH:-127\.0\.0\.1:)/)
  const ours = (service.volumes ?? []).filter((volume) => /^\.\.?\//.test(volume) && !volume.startsWith('./secrets'))
  for (const volume of ours) expect(existsSync(join(PLACE, volume.split(':')[0] ?? '')), volume).toBe(true)
})

test('the example of settings is of this version of Windfall', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(readFileSync(join(PLACE, '.env.example'), 'utf8')).toContain(`\nWINDFALL_VERSION=${version}\n`)
})

const compose = await findCompose()
const reason = compose === null ? skipFor('the Compose files', 'neither “docker compose” nor “docker-compose” is here') : null
const config = async (folder: string, ...files: readonly string[]) => {
  const [file = '', ...first] = compose ?? []
  return run(file, [...first, ...files.flatMap((one) => ['-f', one]), '--profile', 'agent', '--profile', 'monitoring', 'config', '--quiet'], { cwd: folder })
}

describe.skipIf(reason !== null)('Compose', () => {
  test.each([['SQLite', ['compose.yaml']] as const, ['PostgreSQL', ['compose.yaml', 'compose.postgres.yaml']] as const])(
    'takes the files for %s',
    async (_, files) => {
      using folder = temporaryDirectory()
      cpSync(PLACE, folder.path, { recursive: true })
      cpSync(join(PLACE, '.env.example'), join(folder.path, '.env'))
      expect((await config(folder.path, ...files)).stderr).toBe('')
    },
  )

  test('says which setting is missing where no version is named', async () => {
    using folder = temporaryDirectory()
    cpSync(PLACE, folder.path, { recursive: true })
    await expect(config(folder.path, 'compose.yaml')).rejects.toMatchObject({ stderr: expect.stringMatching(/which version runs|\.env/) })
  })
})
