import { expect, test } from 'vitest'
import { createFakeClock } from '../kernel/clock.fake.ts'
import { readSession, reportIdle, tellsInput } from './idle-report.ts'

test.each([
  ['win32', {}, true],
  ['darwin', {}, true],
  ['linux', { DISPLAY: ':0', XDG_SESSION_TYPE: 'x11' }, true],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0', XDG_SESSION_TYPE: 'wayland' }, false],
  ['linux', { DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0' }, false],
  ['linux', { DISPLAY: ':0', XDG_SESSION_TYPE: 'wayland' }, false],
  ['linux', {}, false],
] as const)('%s with %o tells when somebody touched the keyboard: %s', (platform, environment, expected) => {
  expect(tellsInput(platform, environment)).toBe(expected)
})

test('passes the idle time on at once and then each second, until it ends', async () => {
  const clock = createFakeClock()
  const ended = new AbortController()
  const times = [3, 4, 0, 99]
  const reported: number[] = []
  const running = reportIdle({ read: () => times.shift() ?? -1, report: (seconds) => reported.push(seconds), clock }, ended.signal)
  expect(reported).toEqual([3])
  await clock.advance(1_000)
  await clock.advance(1_000)
  expect(reported).toEqual([3, 4, 0])
  ended.abort()
  await running
  await clock.advance(5_000)
  expect(reported).toEqual([3, 4, 0])
})

test('elsewhere than on Linux the session also tells whether it is locked and what powers the machine', () => {
  const monitor = { getSystemIdleTime: () => 7, getSystemIdleState: () => 'locked' as const, isOnBatteryPower: () => true }
  expect(readSession(monitor, 'linux')).toEqual({ inputIdle: 7 })
  expect(readSession(monitor, 'darwin')).toEqual({ inputIdle: 7, locked: true, power: 'battery' })
  expect(readSession({ ...monitor, getSystemIdleState: () => 'unknown', isOnBatteryPower: () => false }, 'win32')).toEqual({
    inputIdle: 7,
    locked: false,
    power: 'mains',
  })
})
