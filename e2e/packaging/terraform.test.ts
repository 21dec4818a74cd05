import { execFile } from 'node:child_process'
import { cpSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse } from '@cdktf/hcl2json'
import { describe, expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { temporaryDirectory } from '../support/windfall.ts'

const run = promisify(execFile)
const MODULE = 'resources/deploy/terraform'

/** What a module may hold that makes nothing by itself, as HCL's own parser reads it. */
const Module = z.strictObject({
  terraform: z.array(z.strictObject({ required_version: z.string() })).optional(),
  variable: z
    .record(
      z.string(),
      z.tuple([
        z.strictObject({
          description: z.string().regex(/\.$/),
          type: z.string(),
          default: z.unknown().optional(),
          sensitive: z.boolean().optional(),
          validation: z.array(z.strictObject({ condition: z.string(), error_message: z.string().regex(/\.$/) })).min(1),
        }),
      ]),
    )
    .optional(),
  locals: z.array(z.record(z.string(), z.unknown())).optional(),
  output: z
    .record(z.string(), z.tuple([z.strictObject({ description: z.string().regex(/\.$/), value: z.string(), sensitive: z.boolean().optional() })]))
    .optional(),
})

const texts = readdirSync(MODULE)
  .filter((file) => file.endsWith('.tf'))
  .map((file) => [file, readFileSync(join(MODULE, file), 'utf8')] as const)
const parts = await Promise.all(texts.map(async ([file, text]) => Module.parse(await parse(file, text))))
const named = (pattern: RegExp): string[] => [...new Set(texts.flatMap(([, text]) => [...text.matchAll(pattern)].map(([, name = '']) => name)))].toSorted()

describe('the Terraform module', () => {
  test('says of every variable what it is, of what type, and what is refused; all that is declared is used, and all that is used is declared', () => {
    expect(named(/\bvar\.(\w+)/g)).toEqual(parts.flatMap(({ variable = {} }) => Object.keys(variable)).toSorted())
    expect(named(/\blocal\.(\w+)/g)).toEqual(parts.flatMap(({ locals = [] }) => locals.flatMap(Object.keys)).toSorted())
    expect(parts.flatMap(({ output = {} }) => Object.keys(output)).toSorted()).toEqual(['url', 'user_data'])
  })

  test('shows nobody what may have a key in it', () => {
    const sensitive = parts.flatMap(({ variable = {}, output = {} }) =>
      Object.entries({ ...variable, ...output }).flatMap(([name, [{ sensitive: hidden }]]) => (hidden ? [name] : [])),
    )
    expect(sensitive.toSorted()).toEqual(['rpc_url', 'user_data'])
  })
})

const terraform = await run('terraform', ['version']).then(
  () => true,
  () => false,
)
/** Applies the module, which makes nothing but its answers. */
async function apply(words: Readonly<Record<string, string>>): Promise<{ userData: string; url: string; said: string }> {
  using folder = temporaryDirectory()
  cpSync(MODULE, folder.path, { recursive: true })
  const options = { cwd: folder.path, env: { ...process.env, TF_CLI_CONFIG_FILE: '', CHECKPOINT_DISABLE: '1' } }
  await run('terraform', ['fmt', '-check'], options)
  await run('terraform', ['init', '-no-color'], options)
  await run('terraform', ['validate', '-no-color'], options)
  const { stdout } = await run(
    'terraform',
    ['apply', '-no-color', '-auto-approve', ...Object.entries(words).flatMap(([name, value]) => ['-var', `${name}=${value}`])],
    options,
  )
  const output = async (name: string) => (await run('terraform', ['output', '-raw', name], options)).stdout
  return { userData: await output('user_data'), url: await output('url'), said: stdout }
}

// No registry that tests may ask has Terraform: where somebody has installed it, it says itself what it makes of the module.
describe.runIf(terraform)('Terraform', () => {
  const WORDS = {
    package_url: 'https://packages.example/windfall_0.1.0_amd64.deb',
    package_sha256: 'a'.repeat(64),
    rpc_url: 'https://rpc.example/?api-key=hidden',
  }

  test('makes user data that cloud-init takes, and says no secret', async () => {
    const { userData, url, said } = await apply({ ...WORDS, public_url: 'https://windfall.example', data_device: '/dev/sdb' })
    expect([url, userData.split('\n')[0]]).toEqual(['https://windfall.example', '#cloud-config'])
    expect(said).not.toContain('hidden')
    const config = parseYaml(userData) as { runcmd: [string]; write_files: { path: string; permissions: string; content: string }[] }
    await run('sh', ['-n', '-c', config.runcmd[0]])
    expect(config.runcmd[0]).toContain(`${WORDS.package_sha256}  /root/windfall.deb`)
    expect(config.write_files).toContainEqual({ path: '/etc/windfall/rpc-url', permissions: '0600', content: `${WORDS.rpc_url}\n` })
  })

  test.each([
    ['package_url', 'http://packages.example/windfall.deb'],
    ['package_sha256', 'abc'],
    ['rpc_url', `https://x'; reboot '`],
    ['port', '0.5'],
    ['settings', '{ PATH = "/" }'],
    ['settings', '{ WINDFALL_X = "$(reboot)" }'],
    ['data_device', '/dev/sdb; reboot'],
  ])('refuses %s = %s, and says why', async (name, value) => {
    await expect(apply({ ...WORDS, [name]: value })).rejects.toMatchObject({ stderr: expect.stringContaining(`variable "${name}"`) })
  })
})
