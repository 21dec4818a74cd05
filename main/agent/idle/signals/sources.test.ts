import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type FakeClock, createFakeClock } from '../../../kernel/clock.fake.ts'
import { type FakeAnswer, type PrivateBus, missingDBusDaemon, startPrivateBus } from './dbus-daemon.fixture.ts'
import type { OpenSocket } from './local-socket.ts'
import { createFakeSignals } from './sources.fake.ts'
import { type SignalDeps, createSignalSources } from './sources.ts'
import { type Painter, type XServer, connectPainter, missingXvfb, startXvfb } from './xvfb.fixture.ts'

/** A desktop without battery and without programs. */
function emptyRoots(): SignalDeps['roots'] {
  const root = mkdtempSync(join(tmpdir(), 'signals-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'sys/class/power_supply'), { recursive: true })
  mkdirSync(join(root, 'proc'))
  return { sys: join(root, 'sys'), proc: join(root, 'proc'), dev: join(root, 'dev') }
}

function setUp(given: Partial<SignalDeps> = {}, clock: FakeClock = createFakeClock()) {
  const ended = new AbortController()
  onTestFinished(() => ended.abort())
  const roots = emptyRoots()
  const deps: SignalDeps = {
    clock,
    platform: 'linux',
    environment: { DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere' },
    uid: process.getuid?.() ?? 0,
    pid: process.pid,
    roots,
    askWindows: null,
    jobRunning: () => false,
    isOwn: () => false,
    nameOf: () => null,
    gameRules: () => ({ also: [], never: [] }),
    dedicated: false,
    cpu: { times: () => ({ busyMs: clock.monotonic() / 2, totalMs: clock.monotonic() }), ownMs: () => 0 },
    availableRamBytes: () => 8_000_000,
    polled: () => undefined,
    ...given,
  }
  return { sources: createSignalSources(deps, ended.signal), clock, roots, signal: ended.signal }
}

const values = (readings: object) => Object.fromEntries(Object.entries(readings).map(([name, one]) => [name, one?.value ?? one]))

test('a server without a desktop: nobody can say whether its owner is there, and nothing else is held against it', async () => {
  const { sources, clock } = setUp()
  await sources.tick()
  await clock.advance(10_000)
  await sources.tick()
  expect(values(sources.read())).toEqual({
    inputIdle: 'unknown',
    locked: 'unknown',
    fullscreen: 'unknown',
    games: [],
    inhibitors: [],
    power: 'none',
    network: 'untold',
    cpuOthers: 0.5,
    availableRamBytes: 8_000_000,
    gpus: [],
    sleep: { suspending: false, resumedAt: null },
  })
})

test('on a machine where nobody sits only the machine itself is asked', async () => {
  const { sources, clock } = setUp({ dedicated: true })
  await sources.tick()
  await clock.advance(10_000)
  await sources.tick()
  expect(values(sources.read())).toMatchObject({ power: 'none', network: 'untold', inputIdle: 'unknown', games: 'unknown', cpuOthers: 'unknown' })
  expect(new Set(sources.states().map(({ signal: name }) => name))).not.toContain('games')
})

test('a job that begins is watched four times a second from then on, though nothing was due for seconds', async () => {
  let jobRunning = false
  let looks = 0
  const { sources, clock, signal } = setUp({ platform: 'win32', jobRunning: () => jobRunning, askWindows: async () => (looks++, {}) })
  const running = sources.run(signal)
  await clock.advance(60_000)
  const rested = looks
  await clock.advance(20_000)
  expect(looks - rested).toBeLessThanOrEqual(20)
  jobRunning = true
  void sources.tick()
  await clock.advance(0)
  const began = looks
  await clock.advance(2_000)
  expect(looks - began).toBeGreaterThanOrEqual(7)
  void running
})

test('what others report counts, for ten seconds', async () => {
  const { sources, clock } = setUp({ platform: 'darwin' })
  sources.report({ inputIdle: 42, locked: true, power: 'battery', suspending: true })
  expect(values(sources.read())).toMatchObject({ inputIdle: 42, locked: true, power: 'battery', sleep: { suspending: true } })
  await clock.advance(10_001)
  expect(values(sources.read())).toMatchObject({ inputIdle: 'unknown', locked: 'unknown', power: 'unknown' })
})

test('Windows tells everything but what traffic costs', async () => {
  const evening = { idleMs: 90_000, notification: 5, covered: false, power: 'mains', programs: [String.raw`C:\XboxGames\Halo\halo.exe`] }
  const { sources } = setUp({ platform: 'win32', askWindows: async () => evening })
  await sources.tick()
  expect(values(sources.read())).toMatchObject({ inputIdle: 90, locked: false, fullscreen: false, power: 'mains', games: ['Halo'], network: 'untold' })
})

test('a game that starts is seen, and what was read counts only while it is fresh', async () => {
  const { sources, clock, roots } = setUp()
  await sources.tick()
  mkdirSync(join(roots.proc, '42'))
  symlinkSync('/x/steamapps/common/Celeste/Celeste', join(roots.proc, '42/exe'))
  await clock.advance(10_000)
  await sources.tick()
  expect(sources.read().games).toMatchObject({ value: ['Celeste'], ageMs: 0, source: expect.stringContaining('processes') })
  await clock.advance(22_001)
  expect(sources.read().games).toBe('unknown')
})

test('asks by itself until it is told to stop', async () => {
  let polls = 0
  const times = () => ({ busyMs: 0, totalMs: ++polls * 1_000 })
  const { sources, clock, signal } = setUp({ cpu: { times, ownMs: () => 0 }, jobRunning: () => true })
  const stop = new AbortController()
  const running = sources.run(AbortSignal.any([stop.signal, signal]))
  await clock.advance(20_000)
  const before = polls
  stop.abort()
  await running
  await clock.advance(20_000)
  expect(before).toBeGreaterThanOrEqual(20)
  expect(polls).toBe(before)
})

/** Says at once that nobody listens: a real socket takes its time while that of the test flies. */
const nobody: OpenSocket = (_path, { ended }) => {
  queueMicrotask(() => ended(true))
  return { write: () => undefined, close: () => undefined }
}

const setUpAlone = (jobRunning: () => boolean) => {
  let told = 0
  const { sources, clock, roots, signal } = setUp({ dedicated: true, jobRunning, open: nobody, polled: () => told++ })
  void sources.run(signal)
  const toldWithin = async (ms: number) => {
    const before = told
    await clock.advance(ms)
    return told - before
  }
  return { sources, clock, roots, toldWithin, told: () => told }
}

describe('on a machine where nobody sits and nothing changes', () => {
  test.each([true, false])('nothing is decided anew, while a job runs: %s', async (running) => {
    const { toldWithin } = setUpAlone(() => running)
    await toldWithin(60_000)
    expect(await toldWithin(600_000)).toBe(0)
  })

  test('a power cord that is pulled is told within a second of work; a battery that was not there before, within ten', async () => {
    const { toldWithin, roots } = setUpAlone(() => true)
    await toldWithin(60_000)
    const battery = join(roots.sys, 'class/power_supply/BAT0')
    mkdirSync(battery)
    writeFileSync(join(battery, 'type'), 'Battery')
    writeFileSync(join(battery, 'status'), 'Charging')
    expect(await toldWithin(10_500)).toBe(1)
    writeFileSync(join(battery, 'status'), 'Discharging')
    expect(await toldWithin(1_500)).toBe(1)
  })

  test('what the machine does not have is hardly asked for while a job runs', async () => {
    let asked = 0
    const { sources, clock, signal } = setUp({ dedicated: true, jobRunning: () => (asked++, true), open: nobody })
    void sources.run(signal)
    await clock.advance(60_000)
    const before = asked
    await clock.advance(60_000)
    expect(asked - before).toBeLessThanOrEqual(40)
  })

  test('sleep that is over, and sleep that is announced, are told', async () => {
    const { toldWithin, clock, sources, told } = setUpAlone(() => false)
    await toldWithin(60_000)
    clock.jump(3_600_000)
    expect(await toldWithin(15_000)).toBe(1)
    const before = told()
    sources.report({ suspending: true })
    expect(told() - before).toBe(1)
  })

  test('a stranger on a GPU is told with the reading that shows them, and once', async () => {
    const { toldWithin, clock, sources, told } = setUpAlone(() => true)
    await toldWithin(60_000)
    const see = (processes: readonly number[]) =>
      sources.seeGpu({ device: 'GPU-1', at: clock.monotonic(), isAsleep: false, busy: 0, processes, lists: 'compute', memoryFreeBytes: 1 })
    see([])
    const before = told()
    see([])
    expect(told() - before).toBe(0)
    see([4_711])
    see([4_711])
    expect(told() - before).toBe(1)
  })
})

test('whatever comes out of every socket, nobody who types counts as away', async () => {
  const noise = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from('OK 0123456789abcdef\r\n'), bytes])),
    fc.uint8Array({ minLength: 40, maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from([1, 0, 11, 0, 0, 0, 8, 0]), bytes])),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { minLength: 1, maxLength: 4 }), fc.double({ min: 0, max: 10, noNaN: true }), async (noises, seconds) => {
      const open: OpenSocket = (_path, { opened, data, ended }) => {
        let isOpen = true
        const close = () => {
          if (isOpen) ended(false)
          isOpen = false
        }
        queueMicrotask(() => {
          opened()
          try {
            for (const bytes of noises) if (isOpen) data(Buffer.from(bytes))
          } catch {
            close()
          }
        })
        return { write: () => undefined, close }
      }
      const environment = { DISPLAY: ':7', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/a', DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/b', WAYLAND_DISPLAY: '/c' }
      const { sources, clock } = setUp({ open, environment })
      sources.report({ inputIdle: seconds })
      const ticked = sources.tick()
      await clock.advance(4_000)
      await ticked
      const { inputIdle } = sources.read()
      expect(inputIdle === 'unknown' || inputIdle.value <= seconds).toBe(true)
    }),
    { numRuns: 60 },
  )
})

describe.skipIf(missingDBusDaemon() !== null || missingXvfb() !== null)('a whole desktop', () => {
  let [daemon, server, painter]: [PrivateBus?, XServer?, Painter?] = []
  beforeAll(async () => {
    daemon = await startPrivateBus()
    server = await startXvfb()
    painter = await connectPainter(server.display)
  })
  afterAll(async () => {
    painter?.[Symbol.dispose]()
    await Promise.all([server?.[Symbol.asyncDispose](), daemon?.[Symbol.asyncDispose]()])
  })

  const SERVICES: Readonly<Record<string, Readonly<Record<string, FakeAnswer>>>> = {
    'org.gnome.Mutter.IdleMonitor': { GetIdletime: ['t', 0n] },
    'org.freedesktop.login1': {
      'Manager.IdleHint': ['b', true],
      'Manager.IdleSinceHint': ['t', 1n],
      'Manager.PreparingForSleep': ['b', false],
      'Seat.ActiveSession': ['(so)', ['2', '/org/freedesktop/login1/session/_32']],
      'Session.Class': ['s', 'user'],
      'Session.LockedHint': ['b', true],
      ListInhibitors: ['a(ssssuu)', [['idle', 'mpv', 'film', 'block', 1_000, 1]]],
    },
    'com.feralinteractive.GameMode': { 'GameMode.ClientCount': ['i', 0] },
    'org.freedesktop.UPower': { 'UPower.OnBattery': ['b', false] },
    'org.freedesktop.NetworkManager': { 'NetworkManager.Metered': ['u', 2] },
  }

  test('every source at once; services change, lie, vanish and return', async () => {
    const services = new Map<string, Awaited<ReturnType<PrivateBus['serve']>>>()
    for (const [name, answers] of Object.entries(SERVICES)) services.set(name, await (daemon as PrivateBus).serve(name, answers))
    const environment = { DISPLAY: server?.display, DBUS_SESSION_BUS_ADDRESS: daemon?.address, DBUS_SYSTEM_BUS_ADDRESS: daemon?.address }
    const { sources, clock } = setUp({ environment })
    const look = async () => {
      await clock.advance(30_000)
      await sources.tick()
      return values(sources.read())
    }
    expect(await look()).toMatchObject({ inputIdle: 0, locked: true, fullscreen: false, games: [], inhibitors: ['mpv'], power: 'mains', network: 'free' })

    const mutter = services.get('org.gnome.Mutter.IdleMonitor')
    mutter?.answers.set('GetIdletime', ['t', 900_000n])
    // The X server has seen no input since it started, which is not long ago.
    const { inputIdle } = await look()
    expect(inputIdle).toBeLessThan(60)
    expect(
      sources
        .states()
        .filter(({ signal, state }) => signal === 'inputIdle' && state === 'ok')
        .map(({ source }) => source),
    ).toEqual(['x11', 'mutter'])

    mutter?.answers.set('GetIdletime', ['s', 'garbage'])
    expect(await look()).toMatchObject({ inputIdle: 'unknown' })
    await mutter?.vanish()
    expect((await look())['inputIdle']).toEqual(expect.any(Number))
    await mutter?.returns()
    expect(await look()).toMatchObject({ inputIdle: 'unknown' })
    mutter?.answers.set('GetIdletime', ['t', 0n])
    expect(await look()).toMatchObject({ inputIdle: 0 })

    const game = await painter?.open({ x: 0, y: 0, width: 640, height: 480 })
    await painter?.tell('root', '_NET_ACTIVE_WINDOW', [game ?? 0])
    services.get('com.feralinteractive.GameMode')?.answers.set('GameMode.ClientCount', ['i', 1])
    services.get('org.freedesktop.UPower')?.answers.set('UPower.OnBattery', ['b', true])
    services.get('org.freedesktop.NetworkManager')?.answers.set('NetworkManager.Metered', ['u', 1])
    expect(await look()).toMatchObject({ fullscreen: true, games: ['a game known to GameMode'], power: 'battery', network: 'metered' })
    for (const service of services.values()) await service.vanish()
  })

  test('the last resort is asked at once where nobody better knows', async () => {
    const logind = await (daemon as PrivateBus).serve('org.freedesktop.login1', {
      'Manager.IdleHint': ['b', true],
      'Manager.IdleSinceHint': ['t', BigInt(Date.parse('2026-03-01T11:59:00.000Z')) * 1_000n],
    })
    const { sources } = setUp({ environment: { DBUS_SYSTEM_BUS_ADDRESS: daemon?.address } })
    await sources.tick()
    expect(sources.read().inputIdle).toMatchObject({ value: 60, source: 'logind' })
    await logind.vanish()
  })

  test('news of the bus is followed at once, whoever sends it', async () => {
    const logind = await (daemon as PrivateBus).serve('org.freedesktop.login1', SERVICES['org.freedesktop.login1'] ?? {})
    const upower = await (daemon as PrivateBus).serve('org.freedesktop.UPower', { 'UPower.OnBattery': ['b', false] })
    const { sources, clock } = setUp({ environment: { DBUS_SYSTEM_BUS_ADDRESS: daemon?.address } })
    await sources.tick()
    expect(values(sources.read())).toMatchObject({ power: 'mains', sleep: { suspending: false } })
    await clock.advance(5_000)
    upower.answers.set('UPower.OnBattery', ['b', true])
    upower.emit('/org/freedesktop/UPower', 'org.freedesktop.DBus.Properties', 'PropertiesChanged')
    await expect.poll(() => values(sources.read())).toMatchObject({ power: 'battery' })
    logind.answers.set('Manager.PreparingForSleep', ['b', true])
    logind.emit('/org/freedesktop/login1', 'org.freedesktop.login1.Manager', 'PrepareForSleep')
    await expect.poll(() => sources.read().sleep.suspending).toBe(true)
    await Promise.all([logind.vanish(), upower.vanish()])
  })
})

test('the fake of these sources grows idle as its clock runs', async () => {
  const clock = createFakeClock()
  const fake = createFakeSignals(clock, { inputIdle: 10 })
  await clock.advance(5_000)
  expect(values(fake.read())).toMatchObject({ inputIdle: 15, games: [], power: 'none' })
  fake.set({ games: ['Hades'] })
  await clock.advance(1_000)
  expect(values(fake.read())).toMatchObject({ inputIdle: 16, games: ['Hades'] })
  fake.set({ inputIdle: 'unknown' })
  expect(fake.read().inputIdle).toBe('unknown')
})
