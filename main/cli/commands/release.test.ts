import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../run.fixture.ts'

let root: string
const path = (...parts: readonly string[]) => join(root, ...parts)
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'windfall-release-'))
  mkdirSync(path('out'))
  for (const name of ['Windfall-1.0.1-linux-x64.AppImage', 'Windfall-1.0.1-win-arm64.exe', 'Windfall-1.0.0-win-x64.exe', 'latest.yml'])
    writeFileSync(path('out', name), `this is ${name}`)
  await makeKey('a')
  writeFileSync(path('trust.json'), (await run('release', 'trust', path('a.jwk'))).out)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

async function makeKey(name: string): Promise<void> {
  writeFileSync(path(`${name}.jwk`), (await run('release', 'key', path(`${name}.pem`))).out)
}
const sign = (...more: readonly string[]) => run('release', 'sign', path('out'), '--release', '1.0.1', '--trust', path('trust.json'), ...more)
const withKey = ['--key-file'] as const
const verify = (...more: readonly string[]) => run('release', 'verify', path('out', 'stable.json'), '--trust', path('trust.json'), ...more)

test('the packages of a version are signed, listed, and checked again; whatever else lies there is named', async () => {
  const { code, out, err } = await sign(...withKey, path('a.pem'), '--staged', '5', '--minimum', '0.9.0')
  expect([code, err]).toEqual([0, 'Not in it: Windfall-1.0.0-win-x64.exe, latest.yml\n'])
  expect(out).toMatch(/number 1 of stable\n.*5 % of installed programs, from 0\.9\.0 on\n/)
  expect(out.match(/✓ Windfall-1\.0\.1/g)).toHaveLength(2)
  const checked = JSON.parse((await verify('--json')).out) as { good: boolean; manifest: { artefacts: readonly object[] } }
  expect(checked).toMatchObject({
    good: true,
    manifest: {
      serial: 1,
      version: '1.0.1',
      artefacts: [
        { platform: 'linux', arch: 'x64' },
        { platform: 'win32', arch: 'arm64' },
      ],
    },
  })
  expect((await sign(...withKey, path('a.pem'))).out).toContain('number 2 of stable')
})

test('a secret key is for its owner alone, is never replaced, and comes from a file or the environment', async () => {
  expect(statSync(path('a.pem')).mode & 0o777).toBe(0o600)
  expect(await run('release', 'key', path('a.pem'))).toMatchObject({ code: 4, err: expect.stringContaining('Nothing was changed') as string })
  expect(await sign()).toMatchObject({ code: 2, err: expect.stringContaining('--key-file') as string })
  vi.stubEnv('WINDFALL_RELEASE_KEY_FILE', path('a.pem'))
  expect((await sign()).code).toBe(0)
  chmodSync(path('a.pem'), 0o644)
  for (const ran of [await sign(), await sign(...withKey, path('a.pem'))])
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('other users may read it') as string })
})

test('what was changed after it was signed is found, and so is a signature of a stranger', async () => {
  await sign(...withKey, path('a.pem'))
  writeFileSync(path('out', 'Windfall-1.0.1-win-arm64.exe'), 'something else')
  expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining('✗ Windfall-1.0.1-win-arm64.exe') as string })
  await makeKey('b')
  expect(await sign(...withKey, path('b.pem'))).toMatchObject({ code: 4, err: expect.stringContaining('0 of the trusted keys have signed it') as string })
  expect([existsSync(path('out', 'stable.json.new')), JSON.parse((await verify('--json')).out)]).toMatchObject([false, { manifest: { serial: 1 } }])
})

test('keys change in a list that release files carry from then on', async () => {
  await makeKey('b')
  const rotate = (...keys: readonly string[]) =>
    run('release', 'rotate', '--changes', path('changes.json'), '--new-key', path('b.jwk'), '--trust', path('trust.json'), '--key-file', ...keys)
  expect(await rotate(path('a.pem'))).toMatchObject({ code: 4, err: expect.stringContaining('have signed it') as string })
  expect(existsSync(path('changes.json'))).toBe(false)
  expect(await rotate(path('a.pem'), path('b.pem'))).toMatchObject({ code: 0, out: expect.stringContaining('Change 1 of keys') as string })
  expect((await sign(...withKey, path('b.pem'), '--changes', path('changes.json'))).out).toContain('after 1 changes')
  expect((await sign(...withKey, path('a.pem'), '--changes', path('changes.json'))).code).toBe(4)
})

test.each<[what: string, args: readonly string[], says: string]>([
  ['a version that is none', ['--release', 'v1'], 'needs a version such as 1.4.0'],
  ['a version without packages', ['--release', '3.0.0'], 'holds no package of version 3.0.0'],
  ['a number that was used', ['--serial', '1'], 'not above 1'],
  ['a channel that is none', ['--channel', '../x'], 'needs a name such as stable or beta'],
  ['trust that is none', ['--trust', '/dev/null'], 'is not a set of release keys'],
])('%s is refused in words', async (_, args, says) => {
  await sign(...withKey, path('a.pem'))
  expect(await sign(...withKey, path('a.pem'), ...args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(says) as string })
})

test('whoever can write into the folder, but has no key, does not choose the next number', async () => {
  await sign(...withKey, path('a.pem'))
  const published = JSON.parse(readFileSync(path('out', 'stable.json'), 'utf8')) as { release: { payload: string } }
  const manifest = JSON.parse(Buffer.from(published.release.payload, 'base64').toString()) as object
  published.release.payload = Buffer.from(JSON.stringify({ ...manifest, serial: 2_147_483_646 })).toString('base64')
  writeFileSync(path('out', 'stable.json'), JSON.stringify(published))
  expect(await sign(...withKey, path('a.pem'))).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--serial') as string })
  expect((await sign(...withKey, path('a.pem'), '--serial', '2')).out).toContain('number 2 of stable')
  writeFileSync(path('out', 'stable.json'), 'no release at all')
  expect(await sign(...withKey, path('a.pem'))).toMatchObject({ code: 2, err: expect.stringContaining('--serial') as string })
  expect((await sign(...withKey, path('a.pem'), '--serial', '3')).code).toBe(0)
})

test('what runs without a window is listed beside what has one; of two files for the same place none is chosen', async () => {
  for (const name of [
    'Windfall-1.0.1-linux-amd64.deb',
    'windfall_1.0.1_amd64.deb',
    'windfall-1.0.1-linux-x64.tar.gz',
    'windfall-1.0.1-darwin-arm64.tar.gz',
    'sbom.cdx.json',
  ])
    writeFileSync(path('out', name), name)
  const { code, out, err } = await sign(...withKey, path('a.pem'), '--json')
  expect([code, err]).toEqual([0, expect.stringContaining('sbom.cdx.json')])
  expect(JSON.parse(out)).toMatchObject({
    manifest: {
      artefacts: expect.arrayContaining([
        expect.objectContaining({ name: 'Windfall-1.0.1-linux-amd64.deb', package: 'deb' }),
        expect.objectContaining({ name: 'windfall_1.0.1_amd64.deb', package: 'headless-deb', platform: 'linux', arch: 'x64' }),
        expect.objectContaining({ name: 'windfall-1.0.1-linux-x64.tar.gz', package: 'headless-tar', platform: 'linux' }),
        expect.objectContaining({ name: 'windfall-1.0.1-darwin-arm64.tar.gz', package: 'headless-tar', platform: 'darwin', arch: 'arm64' }),
      ]) as object[],
    },
  })
  writeFileSync(path('out', 'Windfall-1.0.1-win-aarch64.exe'), 'again')
  const again = await sign(...withKey, path('a.pem'))
  expect(again).toMatchObject({ code: 2, err: expect.stringContaining('are each the nsis for win32 on arm64. Leave one of them') as string })
})

test('a package of a version that leads to another one is known by its name', async () => {
  for (const name of ['Windfall-2.0.0-beta.1-linux-x64.AppImage', 'windfall_2.0.0-beta.1_arm64.deb']) writeFileSync(path('out', name), name)
  const { out } = await run('release', 'sign', path('out'), '--release', '2.0.0-beta.1', '--trust', path('trust.json'), ...withKey, path('a.pem'))
  expect(out.match(/✓ /g)).toHaveLength(2)
})

test('a package whose name leaves open what it is, is not signed', async () => {
  writeFileSync(path('out', 'Windfall Setup 1.0.1.exe'), 'x')
  expect(await sign(...withKey, path('a.pem'))).toMatchObject({ code: 2, err: expect.stringContaining('does not say what it is') as string })
  expect(readFileSync(path('trust.json'), 'utf8')).toContain('"threshold": 1')
})
