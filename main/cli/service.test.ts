import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { packageRoot } from '../kernel/paths.ts'
import { run } from './run.fixture.ts'
import { findServiceManager, hasUserNamespaces } from './service-place.ts'
import { UNIT_MARK, UNIT_NAME } from './systemd.ts'

/** Keeps what systemd would: which units are enabled and active, by files; and a list of all it was asked. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >> "$FAKE/asked"
[ "$1" = --user ] && shift
case "$1" in
  show) [ -e "$FAKE/absent" ] && exit 1; echo "255.4-1" ;;
  enable) ln -s "$UNIT" "$WANTS" ;;
  restart) [ -e "$FAKE/broken" ] && { echo "Job failed" >&2; exit 1; }; touch "$FAKE/active" ;;
  disable) rm -f "$WANTS" "$FAKE/active" ;;
  stop) rm -f "$FAKE/active" ;;
  is-active) [ -e "$FAKE/active" ] ;;
esac
`

let root: string
let data: string
let unit: string
let wants: string
const fake = (name: string) => join(root, name)
const asked = () => readFileSync(fake('asked'), 'utf8').trim().split('\n')

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'windfall-service-'))
  data = join(root, 'the data')
  const folder = join(root, 'config', 'systemd', 'user')
  unit = join(folder, UNIT_NAME)
  wants = join(folder, 'default.target.wants', UNIT_NAME)
  mkdirSync(join(folder, 'default.target.wants'), { recursive: true })
  mkdirSync(join(root, 'bin'))
  writeFileSync(join(root, 'bin', 'systemctl'), SYSTEMCTL, { mode: 0o755 })
  vi.stubEnv('PATH', `${join(root, 'bin')}:${process.env['PATH']}`)
  vi.stubEnv('HOME', root)
  vi.stubEnv('XDG_CONFIG_HOME', join(root, 'config'))
  vi.stubEnv('FAKE', root)
  vi.stubEnv('UNIT', unit)
  vi.stubEnv('WANTS', wants)
  vi.stubEnv('DOCKER_HOST', `unix://${join(root, 'no-engine.sock')}`)
  for (const name of ['WINDFALL_COORDINATOR', 'WINDFALL_DATA', 'SUDO_USER', 'WINDFALL_NVML']) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

const install = (...more: string[]) => run('agent', 'install', '--data', data, '--zone', 'DE', '--coordinator', 'https://c.example', ...more)
const uninstall = (...more: string[]) => run('agent', 'uninstall', '--data', data, ...more)

test('install writes the unit, starts it now and at every login, and shows what it wrote', async () => {
  const { code, out } = await install('--dedicated')
  expect(code).toBe(0)
  const text = readFileSync(unit, 'utf8')
  expect(text).toContain(
    `ExecStart=${process.execPath} ${join(packageRoot, 'main/cli/windfall.mjs')} agent run --data "${data}" --coordinator https://c.example --zone DE --dedicated`,
  )
  expect(text).toContain('RestartMaxDelaySec=300')
  expect(statSync(unit).mode & 0o777).toBe(0o644)
  for (const line of text.trimEnd().split('\n')) expect(out).toContain(line)
  expect(out).toMatch(/The agent runs\.[^]*windfall agent url/)
  expect(asked().filter((line) => !/show|is-active/.test(line))).toEqual(['--user daemon-reload', `--user enable ${UNIT_NAME}`, `--user restart ${UNIT_NAME}`])
  expect(readdirSync(join(root, 'config', 'systemd', 'user')).toSorted()).toEqual(['default.target.wants', UNIT_NAME])
})

test('a second time nothing happens; with other options the agent starts again with those', async () => {
  await install()
  const before = asked().length
  expect((await install()).out).toContain('is there already, as it should be')
  expect(
    asked()
      .slice(before)
      .filter((line) => /restart/.test(line)),
  ).toEqual([])
  rmSync(wants)
  expect((await install('--zone', 'FR')).code).toBe(0)
  expect(readFileSync(unit, 'utf8')).toContain('--zone FR')
})

test('--dry-run shows the unit and changes nothing, with or without systemd', async () => {
  writeFileSync(fake('absent'), '')
  const { code, out } = await install('--dry-run')
  expect([code, out]).toEqual([0, expect.stringContaining(UNIT_MARK)])
  expect([existsSync(unit), existsSync(data), existsSync(fake('asked'))]).toEqual([false, false, false])
  expect(JSON.parse((await install('--dry-run', '--json')).out)).toMatchObject({ file: unit, unit: expect.stringContaining('[Service]') })
})

test('a wrong setting is refused before anything is written', async () => {
  expect(await run('agent', 'install', '--data', data, '--zone', 'London')).toMatchObject({ code: 2, err: expect.stringContaining('zone') })
  expect(await run('agent', 'install', '--data', data, '--user', '--system')).toMatchObject({ code: 2, err: expect.stringContaining('not both') })
  expect(await run('agent', 'install', '--data', data, '--system', '--dry-run')).toMatchObject({ code: 2, err: expect.stringContaining('--run-as') })
  expect(await run('agent', 'install', '--data', data, '--system', '--dry-run', '--run-as', 'ada')).toMatchObject({
    code: 0,
    out: expect.stringContaining('User=ada'),
  })
  expect(existsSync(unit)).toBe(false)
})

test('without systemd it says so and what to do; nothing is left', async () => {
  writeFileSync(fake('absent'), '')
  expect(await install()).toMatchObject({ code: 5, err: expect.stringMatching(/No systemd answers here.*Run “windfall agent” in a terminal/) })
  expect([existsSync(unit), existsSync(data)]).toEqual([false, false])
  for (const [platform, word] of [
    ['darwin', 'launchd'],
    ['win32', 'Windows service'],
  ] as const)
    await expect(findServiceManager('user', async () => '', platform)).rejects.toThrow(word)
})

test('a service that cannot start is taken away again', async () => {
  writeFileSync(fake('broken'), '')
  expect(await install()).toMatchObject({ code: 5, err: expect.stringContaining('could not start') })
  expect([existsSync(unit), existsSync(wants)]).toEqual([false, false])
})

test('a unit of this name that somebody else wrote is neither replaced nor removed', async () => {
  writeFileSync(unit, '[Service]\nExecStart=/usr/bin/mine\n')
  expect((await install()).err).toContain('was not written by Windfall')
  expect((await uninstall()).err).toContain('was not written by Windfall')
  expect(readFileSync(unit, 'utf8')).toContain('/usr/bin/mine')
})

const everything = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted() : [])

test('uninstall leaves what was there before install: no unit, no link, no drop-in, nothing running', async () => {
  const before = everything(join(root, 'config'))
  await install()
  mkdirSync(`${unit}.d`)
  writeFileSync(join(`${unit}.d`, 'override.conf'), '[Service]\nNice=5\n')
  expect(existsSync(wants)).toBe(true)
  const { code, out } = await uninstall()
  expect([code, out]).toEqual([0, expect.stringContaining(`Removed ${unit}`)])
  expect(everything(join(root, 'config'))).toEqual(before)
  expect(existsSync(fake('active'))).toBe(false)
  expect(asked().slice(-2)).toEqual(['--user daemon-reload', `--user reset-failed ${UNIT_NAME}`])
  expect(await uninstall()).toMatchObject({ code: 0, out: expect.stringContaining('There was no service') })
})

function fillData(): void {
  mkdirSync(join(data, 'samples'), { recursive: true })
  mkdirSync(join(data, 'coordinator'))
  for (const name of [
    'agent.sqlite',
    'agent.sqlite-wal',
    'settings.json',
    'device-key.pem',
    'test-wallet.pem',
    'samples/1.jsonl',
    'coordinator/hot-wallet.pem',
  ])
    writeFileSync(join(data, name), '{}')
  rmSync(join(data, 'agent.sqlite'))
}

test('--purge asks, keeps the keys unless told, and never touches a coordinator on the same directory', async () => {
  fillData()
  expect(await uninstall('--purge')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  expect(existsSync(join(data, 'settings.json'))).toBe(true)
  expect(await uninstall('--keys', '--yes')).toMatchObject({ code: 2, err: expect.stringContaining('--purge') })
  const kept = await uninstall('--purge', '--yes')
  expect(kept.out).toContain('still holds: coordinator, device-key.pem, test-wallet.pem')
  await uninstall('--purge', '--keys', '--yes')
  expect(everything(data)).toEqual(['coordinator', 'coordinator/hot-wallet.pem'])
  rmSync(join(data, 'coordinator'), { recursive: true })
  expect((await uninstall('--purge', '--keys', '--yes')).out).toContain(`Removed ${data}`)
  expect(existsSync(data)).toBe(false)
})

const kernel = (values: Record<string, number>) => hasUserNamespaces((name) => values[name] ?? null)

test('what the kernel does not allow users is not asked for', () => {
  expect(kernel({})).toBe(true)
  expect(kernel({ 'user/max_user_namespaces': 0 })).toBe(false)
  expect(kernel({ 'kernel/unprivileged_userns_clone': 0 })).toBe(false)
  expect(kernel({ 'kernel/apparmor_restrict_unprivileged_userns': 1 })).toBe(false)
})

test('the unit runs: the command it starts is the agent that it would be by hand', () => {
  const said = execFileSync(process.execPath, [join(packageRoot, 'main/cli/windfall.mjs'), 'agent', 'run', '--help'], { encoding: 'utf8' })
  expect(said).toContain('Usage: windfall agent run')
})
