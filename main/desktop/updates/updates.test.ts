import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WindfallError } from '../../../shared/errors.ts'
import { type UpdateWorld, createUpdateWorld, files, made, until, when } from './updates.fixture.ts'

const HOUR_MS = 3_600_000
let world: UpdateWorld
beforeEach(() => {
  world = createUpdateWorld()
})
afterEach(() => world.remove())

const refusal = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => '',
    (error: unknown) => (error instanceof WindfallError ? error.message : String(error)),
  )

test('an update that was found is downloaded and installed when its owner says so', async () => {
  await world.publish('1.0.1')
  const updates = world.start()
  expect(updates.state()).toEqual({ state: 'current', checkedAt: null })
  await made(world, updates)
  expect(updates.state()).toEqual({ state: 'ready', version: '1.0.1', waitsForJob: false })
  expect(world.installed).toEqual([])
  await updates.install()
  await when(() => world.installed.length > 0)
  expect([world.installed, world.asked, world.happened]).toEqual([[{ text: 'Windfall 1.0.1', running: 0 }], ['finish'], ['letGo']])
})

test('it waits for the job, says so, and goes on when the job is done', async () => {
  await world.publish('1.0.1')
  const updates = await made(world)
  world.work = { running: 1, held: false, pausedUntil: null }
  await updates.install()
  await when(() => world.asked.includes('finish'))
  expect(updates.state()).toEqual({ state: 'ready', version: '1.0.1', waitsForJob: true })
  await world.clock.advance(HOUR_MS)
  expect(world.installed).toEqual([])
  world.tellWork({ running: 0 })
  await when(() => world.installed.length > 0)
  expect(world.installed).toEqual([{ text: 'Windfall 1.0.1', running: 0 }])
})

test('an owner who resumes meanwhile goes on working; the update stays ready', async () => {
  await world.publish('1.0.1')
  const updates = await made(world)
  world.work = { running: 1, held: false, pausedUntil: null }
  await updates.install()
  await when(() => world.asked.includes('finish'))
  world.tellWork({ held: false })
  await expect.poll(() => updates.state(), { interval: 2 }).toMatchObject({ state: 'ready', waitsForJob: false })
  world.tellWork({ running: 0 })
  await world.clock.advance(HOUR_MS)
  expect([world.installed, world.asked]).toEqual([[], ['finish']])
})

test.each([
  [null, 'resume'],
  ['2026-03-01T18:00:00.000Z', 'pause until 2026-03-01T18:00:00.000Z'],
  ['2026-03-01T12:30:00.000Z', 'resume'],
])('what the agent was doing before (a pause until %s) it does again after the update', async (pausedUntil, given) => {
  await world.publish('1.0.1')
  const updates = await made(world)
  world.work = { running: 0, held: false, pausedUntil }
  await updates.install()
  await when(() => world.installed.length > 0)
  expect(world.asked).toEqual(['finish'])
  world.clock.jump(HOUR_MS)
  // The new version starts on what the old one has written down.
  const stop = new AbortController()
  const next = world.start({ program: { version: '1.0.1', isPackaged: true, platform: 'linux', arch: 'x64', package: 'appimage' } })
  const running = next.run(stop.signal)
  await when(() => world.asked.length > 1)
  expect(world.asked).toEqual(['finish', given])
  await next.check()
  expect(next.state()).toMatchObject({ state: 'current' })
  expect(files(world)).toEqual([])
  stop.abort()
  await running
})

test('a low battery refuses with what to do; an unknown one is in nobody’s way', async () => {
  await world.publish('1.0.1')
  const updates = await made(world)
  world.power = { onBattery: true, percent: 12 }
  expect(await refusal(updates.install())).toBe('The battery is too low to install an update. Plug this computer in, then try again.')
  expect(world.asked).toEqual([])
  world.power = { onBattery: true, percent: null }
  await updates.install()
  await when(() => world.installed.length > 0)
})

test('without an update there is nothing to install', async () => {
  const updates = world.start()
  expect(await refusal(updates.install())).toBe('No update is ready to be installed.')
})

test('a file that was changed after the download is not installed, and the agent goes on', async () => {
  await world.publish('1.0.1')
  const updates = await made(world)
  const [name = ''] = files(world)
  writeFileSync(join(world.directory, name), 'Windfall 6.6.6')
  await updates.install()
  expect(await until(updates, 'failed')).toMatchObject({ message: 'The download is not the file that was signed. It was removed, and nothing was installed.' })
  await when(() => world.asked.includes('resume'))
  expect([world.installed, world.happened]).toEqual([[], []])
})

test('a file that is changed in the very last moment, in its place or by its name, is not installed; the program starts anew', async () => {
  await world.publish('1.0.1')
  const updates = await made(world)
  world.beforeInstall.act = (file) => {
    chmodSync(file, 0o700)
    writeFileSync(file, 'Windfall 6.6.6')
  }
  await updates.install()
  await when(() => world.happened.length === 2)
  expect([world.installed, world.happened]).toEqual([[], ['letGo', 'relaunch']])
})

test('an installer that fails after the agent was stopped has the program start anew, which gives the agent back', async () => {
  await world.publish('1.0.1')
  const updates = await made(world)
  world.installerFails = true
  await updates.install()
  await when(() => world.happened.length === 2)
  expect(world.happened).toEqual(['letGo', 'relaunch'])
  const stop = new AbortController()
  const running = world.start().run(stop.signal)
  await when(() => world.asked.length > 1)
  expect(world.asked).toEqual(['finish', 'resume'])
  stop.abort()
  await running
})

test('no network is quiet for a program that looks by itself, and said to an owner who asked', async () => {
  world.network = 'down'
  const updates = world.start()
  const stop = new AbortController()
  const running = updates.run(stop.signal)
  await world.clock.advance(24 * HOUR_MS)
  expect(updates.state()).toEqual({ state: 'current', checkedAt: null })
  await updates.check()
  expect(updates.state()).toMatchObject({
    state: 'failed',
    message: 'releases.example could not be reached. Windfall tries again by itself.',
    retryAt: expect.any(String) as string,
  })
  world.network = 'up'
  await world.publish('1.0.1')
  await world.clock.advance(24 * HOUR_MS)
  expect(await until(updates, 'ready')).toMatchObject({ version: '1.0.1' })
  stop.abort()
  await running
})

test('it looks once soon after the start and then about once a day', async () => {
  await world.publish('1.0.0')
  let looks = 0
  const updates = world.start({ fetch: async () => (looks++, new Response(new Uint8Array(world.served.get('stable.json') ?? []))) })
  const stop = new AbortController()
  const running = updates.run(stop.signal)
  await world.clock.advance(30 * 60_000)
  expect(looks).toBe(1)
  await world.clock.advance(10 * 24 * HOUR_MS)
  expect(looks).toBeGreaterThanOrEqual(9)
  expect(looks).toBeLessThanOrEqual(13)
  expect(updates.state()).toMatchObject({ state: 'current', checkedAt: expect.any(String) as string })
  stop.abort()
  await running
})

test('an older list is refused after a newer one was seen, also by a program that was started again', async () => {
  await world.publish('1.0.1')
  const old = world.served.get('stable.json')
  await world.publish('1.0.2')
  await world.start().check()
  if (old) world.served.set('stable.json', old)
  const again = world.start()
  await again.check()
  expect(again.state()).toMatchObject({ state: 'failed', message: 'The release server offers an older list of files than before. Nothing was installed.' })
})

test('a release that is withdrawn (0 %) takes back what waits, and a newer one replaces it', async () => {
  await world.publish('1.0.1')
  const updates = await made(world)
  await world.publish('1.0.2')
  await updates.check()
  await until(updates, 'ready')
  expect(updates.state()).toMatchObject({ version: '1.0.2' })
  expect(files(world)).toHaveLength(1)
  await world.publish('1.0.2', { staged: 0 })
  await updates.check()
  expect(updates.state()).toMatchObject({ state: 'current' })
  await when(() => files(world).length === 0)
})

test('a damaged memory begins anew and does not keep updates away', async () => {
  await world.publish('1.0.1')
  world.start()
  writeFileSync(join(world.directory, 'updates.json'), '{"v":1')
  await made(world)
  expect(JSON.parse(readFileSync(join(world.directory, 'updates.json'), 'utf8'))).toMatchObject({ seen: { stable: { serial: 1 } } })
})
