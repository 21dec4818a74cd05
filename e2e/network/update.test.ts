import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TrustedKeys } from '../../shared/domain/release-keys.ts'
import { run } from '../../main/cli/run.fixture.ts'
import { standInForElectron } from '../../main/desktop/updates/electron.fixture.ts'
import { openElectronUpdater } from '../../main/desktop/updates/electron-updater.ts'
import { type ReleaseServer, startReleaseServer } from '../../main/desktop/updates/release-server.fixture.ts'
import type { Updates } from '../../main/desktop/updates/ports.ts'
import { createUpdates } from '../../main/desktop/updates/updates.ts'
import type { WorkState } from '../../main/desktop/updates/work.ts'
import { createFakeClock } from '../../main/kernel/clock.fake.ts'
import { createLogger } from '../../main/kernel/log.ts'

const NAME = (version: string) => `Windfall-${version}-linux-x64.AppImage`
/** It is run when it has been installed. */
const program = (version: string) => Buffer.concat([Buffer.from(`#!/bin/sh\nexit 0\n# ${version}\n`), randomBytes(200_000)])

let root: string
let server: ReleaseServer
let appImage: string
let restore: () => void
const quit = vi.fn()
const path = (...parts: readonly string[]) => join(root, ...parts)

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'windfall-rehearsal-'))
  for (const folder of ['apps', 'release', 'keys']) mkdirSync(path(folder))
  appImage = path('apps', 'Windfall.AppImage')
  writeFileSync(appImage, 'Windfall 1.0.0', { mode: 0o755 })
  vi.stubEnv('APPIMAGE', appImage)
  restore = standInForElectron(() => undefined)
  server = await startReleaseServer()
  await makeKey('a')
  writeFileSync(path('trust.json'), (await cli('trust', path('keys', 'a.jwk'))).out)
})
afterEach(async () => {
  restore()
  vi.unstubAllEnvs()
  quit.mockClear()
  await server.close()
  rmSync(root, { recursive: true, force: true })
})

async function cli(...args: readonly string[]) {
  const ran = await run('release', ...args)
  expect([ran.code, ran.err]).toEqual([0, expect.any(String)])
  return ran
}
async function makeKey(name: string): Promise<void> {
  writeFileSync(path('keys', `${name}.jwk`), (await cli('key', path('keys', `${name}.pem`))).out)
}

/** Packs and signs a version as release people do, and puts everything on the server. */
async function publish(version: string, { key = 'a', more = [] as readonly string[] } = {}): Promise<Buffer> {
  const bytes = program(version)
  writeFileSync(path('release', NAME(version)), bytes)
  await cli('sign', path('release'), '--release', version, '--key-file', path('keys', `${key}.pem`), '--trust', path('trust.json'), ...more)
  server.serve('/stable.json', readFileSync(path('release', 'stable.json')))
  server.serve(`/${NAME(version)}`, bytes)
  return bytes
}

interface Installed {
  readonly updates: Updates
  readonly clock: ReturnType<typeof createFakeClock>
  readonly tellWork: (work: Partial<WorkState>) => void
  readonly letGo: ReturnType<typeof vi.fn<() => Promise<void>>>
}

/** A Windfall 1.0.0 that somebody installed: all of it is real but its agent, its clock, and Electron. */
function installed(version = '1.0.0', now = Date.now()): Installed {
  const listeners = new Set<() => void>()
  let work: WorkState = { running: 0, held: false, pausedUntil: null }
  const tellWork = (change: Partial<WorkState>) => {
    work = { ...work, ...change }
    for (const changed of listeners) changed()
  }
  const clock = createFakeClock(now)
  const letGo = vi.fn(async () => undefined)
  const log = createLogger('rehearsal', 'silent')
  const updates = createUpdates({
    program: { version, isPackaged: true, platform: 'linux', arch: 'x64', package: 'appimage' },
    directory: path('data'),
    root: { address: server.address, channel: 'stable', keys: TrustedKeys.parse(JSON.parse(readFileSync(path('trust.json'), 'utf8'))) },
    work: {
      read: async () => work,
      finish: async () => tellWork({ held: true }),
      giveBack: async () => tellWork({ held: false }),
      subscribe: (changed) => (listeners.add(changed), () => listeners.delete(changed)),
    },
    power: () => ({ onBattery: null, percent: null }),
    letGo,
    relaunch: () => undefined,
    openInstaller: async () => openElectronUpdater({ platform: 'linux', version, directory: path('data'), appImage, quit, log }),
    clock,
    log,
  })
  return { updates, clock, tellWork, letGo }
}

async function check({ updates }: Installed) {
  await updates.check()
  await expect.poll(() => updates.state().state, { interval: 5 }).not.toBe('downloading')
  return updates.state()
}
const unchanged = () => expect(readFileSync(appImage, 'utf8')).toBe('Windfall 1.0.0')

test('1.0.1 is signed and published; an installed 1.0.0 fetches it, verifies it, waits for its job, and becomes it', async () => {
  const bytes = await publish('1.0.1')
  const own = installed()
  expect(await check(own)).toEqual({ state: 'ready', version: '1.0.1', waitsForJob: false })
  own.tellWork({ running: 1 })
  await own.updates.install()
  await expect.poll(own.updates.state).toMatchObject({ state: 'ready', waitsForJob: true })
  unchanged()
  own.tellWork({ running: 0 })
  await expect.poll(() => quit.mock.calls.length).toBe(1)
  expect(own.letGo).toHaveBeenCalledOnce()
  expect(readFileSync(appImage).equals(bytes)).toBe(true)
  expect(await check(installed('1.0.1'))).toMatchObject({ state: 'current' })
})

test('a package or a manifest that somebody changed on the server is refused', async () => {
  const bytes = await publish('1.0.1')
  server.serve(`/${NAME('1.0.1')}`, Buffer.from(bytes).fill(0, 5_000, 5_001))
  expect(await check(installed())).toMatchObject({ state: 'failed', message: expect.stringContaining('not the file that was signed') as string })
  const signed = readFileSync(path('release', 'stable.json'), 'utf8')
  const payload = (JSON.parse(signed) as { release: { payload: string } }).release.payload
  const other = Buffer.from(Buffer.from(payload, 'base64').toString().replace('"1.0.1"', '"1.0.9"')).toString('base64')
  server.serve('/stable.json', Buffer.from(signed.replace(payload, other)))
  expect(await check(installed())).toMatchObject({ state: 'failed', message: expect.stringContaining('not signed as it has to be') as string })
  unchanged()
})

test('an older manifest, an expired one and a lower version move nobody back', async () => {
  await publish('1.0.1')
  const old = readFileSync(path('release', 'stable.json'))
  await publish('1.0.2')
  await check(installed())
  server.serve('/stable.json', old)
  expect(await check(installed())).toMatchObject({ state: 'failed', message: expect.stringContaining('older list of files than before') as string })
  server.serve('/stable.json', readFileSync(path('release', 'stable.json')))
  expect(await check(installed('1.0.0', Date.now() + 61 * 86_400_000))).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('was good until') as string,
  })
  expect(await check(installed('1.1.0'))).toMatchObject({ state: 'current' })
  const ran = await run('release', 'sign', path('release'), '--release', '1.0.1', '--key-file', path('keys', 'a.pem'), '--trust', path('trust.json'))
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('publish the older program under a higher version')])
})

test('keys change by the word of the old ones, and the old ones are worth nothing then', async () => {
  await makeKey('b')
  const changes = path('changes.json')
  const keys = ['a', 'b'].map((name) => path('keys', `${name}.pem`))
  await cli('rotate', '--changes', changes, '--new-key', path('keys', 'b.jwk'), '--trust', path('trust.json'), '--key-file', ...keys)
  await publish('1.0.1', { key: 'b', more: ['--changes', changes] })
  expect(await check(installed())).toMatchObject({ state: 'ready', version: '1.0.1' })
  rmSync(path('release', 'stable.json'))
  await publish('1.0.2', { more: ['--serial', '9'] })
  expect(await check(installed())).toMatchObject({ state: 'failed', message: expect.stringContaining('not signed as it has to be') as string })
})

test('half a download is gone on with by the next start of the program', async () => {
  const bytes = await publish('1.0.1')
  const first = installed()
  server.serve(`/${NAME('1.0.1')}`, (_, response) => {
    first.updates.subscribe(() => JSON.stringify(first.updates.state()).includes('"percent":0') || response.destroy())
    response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 70_000))
  })
  expect(await check(first)).toMatchObject({ state: 'failed', message: expect.stringContaining('goes on by itself where it stopped') as string })
  server.serve(`/${NAME('1.0.1')}`, bytes)
  expect(await check(installed())).toMatchObject({ state: 'ready' })
  expect(server.asked.at(-1)).toMatch(/ bytes=[1-9]\d*-$/)
})

test('a manifest without an end, one that dribbles, and one that sends elsewhere are given up', async () => {
  server.serve('/stable.json', (_, response) => {
    const more = () => response.destroyed || response.write(Buffer.alloc(65_536, 32)) || response.once('drain', more)
    const again = () => !response.destroyed && (more(), setImmediate(again))
    again()
  })
  expect(await check(installed())).toMatchObject({ state: 'failed', message: expect.stringContaining('more than a list of files can hold') as string })
  const asked = Promise.withResolvers<void>()
  server.serve('/stable.json', (_, response) => (response.writeHead(200).write('{'), asked.resolve()))
  const slow = installed()
  const state = check(slow)
  await asked.promise
  await slow.clock.advance(30_000)
  expect(await state).toMatchObject({ state: 'failed', message: expect.stringContaining('sends too slowly') as string })
  server.serve('/stable.json', (_, response) => response.writeHead(302, { location: 'https://example.org/stable.json' }).end())
  expect(await check(installed())).toMatchObject({ state: 'failed', message: expect.stringContaining('sends on to another address') as string })
})
