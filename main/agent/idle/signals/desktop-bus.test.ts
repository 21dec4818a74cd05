/** What each service of a desktop says over D-Bus, right and wrong. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { type FakeAnswer, type PrivateBus, missingDBusDaemon, startPrivateBus } from './dbus-daemon.fixture.ts'
import { type DBus, createDBus } from './dbus.ts'
import { gameModeGames } from './game-mode.ts'
import { gnomeInhibitors, logindInhibitors, powerInhibitors } from './inhibitors.ts'
import { openLocalSocket } from './local-socket.ts'
import { createLogindIdle, preparingForSleep, seatLocked } from './logind.ts'
import { mutterIdle } from './mutter.ts'
import { networkCost } from './network-manager.ts'
import type { Told } from './reading.ts'
import { upowerSupply } from './upower.ts'

const LOGIND = 'org.freedesktop.login1'
const SESSION_2 = '/org/freedesktop/login1/session/_32'
const START = Date.parse('2026-03-01T12:00:00.000Z')
const inhibitor = (what: string, who: string, mode: string, pid = 1) => [what, who, 'film', mode, 1_000, pid]

type Ask = (bus: DBus) => Promise<Told<unknown>>
type Row = readonly [name: string, ask: Ask, service: string, answers: Readonly<Record<string, FakeAnswer>>, told: Told<unknown>]

const idle: Ask = (bus) => createLogindIdle(bus, createFakeClock(START))()
const ROWS: readonly Row[] = [
  ['nobody typed for 90.5 s', mutterIdle, 'org.gnome.Mutter.IdleMonitor', { GetIdletime: ['t', 90_500n] }, { value: 90.5 }],
  ['a compositor that says text', mutterIdle, 'org.gnome.Mutter.IdleMonitor', { GetIdletime: ['s', '90500'] }, 'failed'],
  ['a compositor that went back in time', mutterIdle, 'org.gnome.Mutter.IdleMonitor', { GetIdletime: ['x', -1n] }, 'failed'],
  ['no such service', mutterIdle, 'org.example.Other', {}, 'absent'],

  ['somebody is active', idle, LOGIND, { 'Manager.IdleHint': ['b', false] }, { value: 0 }],
  ['idle for a minute', idle, LOGIND, { 'Manager.IdleHint': ['b', true], 'Manager.IdleSinceHint': ['t', BigInt(START - 60_000) * 1_000n] }, { value: 60 }],
  ['idle since tomorrow', idle, LOGIND, { 'Manager.IdleHint': ['b', true], 'Manager.IdleSinceHint': ['t', BigInt(START + 86_400_000) * 1_000n] }, { value: 0 }],
  ['idle, since when nobody knows', idle, LOGIND, { 'Manager.IdleHint': ['b', true], 'Manager.IdleSinceHint': ['t', 0n] }, { value: 0 }],
  ['idle as a number', idle, LOGIND, { 'Manager.IdleHint': ['i', 1] }, 'failed'],
  ['idle, with an error', idle, LOGIND, { 'Manager.IdleHint': ['b', true], 'Manager.IdleSinceHint': { error: 'org.freedesktop.DBus.Error.Failed' } }, 'failed'],

  ['locked', seatLocked, LOGIND, session('user', true), { value: true }],
  ['not locked', seatLocked, LOGIND, session('user', false), { value: false }],
  ['a login screen', seatLocked, LOGIND, session('greeter', false), { value: true }],
  ['nobody at the screen', seatLocked, LOGIND, { 'Seat.ActiveSession': ['(so)', ['', '/']] }, { value: false }],
  ['a session somewhere else', seatLocked, LOGIND, { 'Seat.ActiveSession': ['(so)', ['2', '/somewhere/else']] }, 'failed'],
  ['a machine without a seat', seatLocked, LOGIND, { 'Seat.ActiveSession': { error: 'org.freedesktop.DBus.Error.UnknownObject' } }, 'absent'],
  ['locked as text', seatLocked, LOGIND, { ...session('user', true), 'Session.LockedHint': ['s', 'yes'] }, 'failed'],

  ['about to sleep', preparingForSleep, LOGIND, { 'Manager.PreparingForSleep': ['b', true] }, { value: true }],

  ['a film', (bus) => logindInhibitors(bus, 99), LOGIND, list(inhibitor('sleep:idle', 'mpv', 'block')), { value: ['mpv'] }],
  [
    'a download and a lid switch',
    (bus) => logindInhibitors(bus, 99),
    LOGIND,
    list(inhibitor('sleep', 'apt', 'block'), inhibitor('handle-lid-switch', 'gnome', 'block')),
    { value: [] },
  ],
  ['a program that only wants to be told', (bus) => logindInhibitors(bus, 99), LOGIND, list(inhibitor('idle', 'notes', 'delay')), { value: [] }],
  ['this very process', (bus) => logindInhibitors(bus, 99), LOGIND, list(inhibitor('idle', 'windfall', 'block', 99)), { value: [] }],
  ['three hundred films', (bus) => logindInhibitors(bus, 99), LOGIND, list(...Array.from({ length: 300 }, () => inhibitor('idle', 'mpv', 'block'))), 'failed'],
  ['a list of something else', (bus) => logindInhibitors(bus, 99), LOGIND, { ListInhibitors: ['as', ['mpv']] }, 'failed'],
  ['GNOME kept from idling', gnomeInhibitors, 'org.gnome.SessionManager', { IsInhibited: ['b', true] }, { value: ['a program'] }],
  ['Plasma not kept from idling', powerInhibitors, 'org.freedesktop.PowerManagement', { HasInhibit: ['b', false] }, { value: [] }],

  ['on battery', upowerSupply, 'org.freedesktop.UPower', { 'UPower.OnBattery': ['b', true] }, { value: 'battery' }],
  ['at the charger', upowerSupply, 'org.freedesktop.UPower', { 'UPower.OnBattery': ['b', false] }, { value: 'mains' }],
  ['a battery that is text', upowerSupply, 'org.freedesktop.UPower', { 'UPower.OnBattery': ['s', 'false'] }, 'failed'],

  ['a phone’s network', networkCost, 'org.freedesktop.NetworkManager', { 'NetworkManager.Metered': ['u', 1] }, { value: 'metered' }],
  ['probably a phone’s network', networkCost, 'org.freedesktop.NetworkManager', { 'NetworkManager.Metered': ['u', 3] }, { value: 'metered' }],
  ['a network at home', networkCost, 'org.freedesktop.NetworkManager', { 'NetworkManager.Metered': ['u', 4] }, { value: 'free' }],
  ['a network of which nothing is known', networkCost, 'org.freedesktop.NetworkManager', { 'NetworkManager.Metered': ['u', 0] }, { value: 'untold' }],
  ['a network from the future', networkCost, 'org.freedesktop.NetworkManager', { 'NetworkManager.Metered': ['u', 5] }, 'failed'],

  ['two games', gameModeGames, 'com.feralinteractive.GameMode', { 'GameMode.ClientCount': ['i', 2] }, { value: ['a game known to GameMode'] }],
  ['no game', gameModeGames, 'com.feralinteractive.GameMode', { 'GameMode.ClientCount': ['i', 0] }, { value: [] }],
  ['fewer games than none', gameModeGames, 'com.feralinteractive.GameMode', { 'GameMode.ClientCount': ['i', -1] }, 'failed'],
  ['GameMode is not installed', gameModeGames, 'org.example.Other', {}, 'absent'],
]

function session(kind: string, locked: boolean): Readonly<Record<string, FakeAnswer>> {
  return { 'Seat.ActiveSession': ['(so)', ['2', SESSION_2]], 'Session.Class': ['s', kind], 'Session.LockedHint': ['b', locked] }
}

function list(...inhibitors: readonly unknown[]): Readonly<Record<string, FakeAnswer>> {
  return { ListInhibitors: ['a(ssssuu)', inhibitors] }
}

describe.skipIf(missingDBusDaemon() !== null)('services of a desktop', () => {
  let daemon: PrivateBus
  beforeAll(async () => {
    daemon = await startPrivateBus()
  })
  afterAll(() => daemon[Symbol.asyncDispose]())

  const connect = (clock = createFakeClock(START)): DBus => {
    const ended = new AbortController()
    onTestFinished(() => ended.abort())
    return createDBus({ address: daemon.address, uid: process.getuid?.() ?? 0, clock, open: openLocalSocket }, ended.signal)
  }

  test.each(ROWS)('%s', async (_name, ask, name, answers, told) => {
    const service = await daemon.serve(name, answers)
    expect(await ask(connect())).toEqual(told)
    await service.vanish()
  })

  test('logind that does not say since when is believed for as long as it was watched', async () => {
    const service = await daemon.serve(LOGIND, { 'Manager.IdleHint': ['b', true], 'Manager.IdleSinceHint': ['t', 0n] })
    const clock = createFakeClock(START)
    const ask = createLogindIdle(connect(clock), clock)
    await ask()
    await clock.advance(90_000)
    expect(await ask()).toEqual({ value: 90 })
    service.answers.set('Manager.IdleHint', ['b', false])
    expect(await ask()).toEqual({ value: 0 })
    service.answers.set('Manager.IdleHint', ['b', true])
    expect(await ask()).toEqual({ value: 0 })
    await service.vanish()
  })
})
