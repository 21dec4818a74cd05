import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { SignalNote } from './agent-protocol.ts'
import { type PowerEvents, watchSession } from './session-watch.ts'

function watched(platform: NodeJS.Platform, environment: Readonly<Record<string, string>> = {}) {
  const events = new EventEmitter()
  const monitor: PowerEvents = {
    on: (event, listener) => events.on(event, listener),
    getSystemIdleTime: () => 7,
    getSystemIdleState: () => 'locked',
    isOnBatteryPower: () => true,
  }
  const told: SignalNote[] = []
  const stop = new AbortController()
  const clock = { sleep: async () => false }
  watchSession({ monitor, platform, environment, report: (note) => told.push(note), clock }, stop.signal)
  return { events, told, stop }
}

test('what happens is told the moment it happens', () => {
  const { events, told } = watched('linux', { WAYLAND_DISPLAY: 'wayland-0' })
  for (const moment of ['lock-screen', 'suspend', 'resume', 'unlock-screen', 'on-battery', 'on-ac']) events.emit(moment)
  expect(told).toEqual([{ locked: true }, { suspending: true }, { suspending: false }, { locked: false }, { power: 'battery' }, { power: 'mains' }])
})

test('what the session is, is told from the beginning', () => {
  expect(watched('win32').told).toEqual([{ inputIdle: 7, locked: true, power: 'battery' }])
  expect(watched('linux', { DISPLAY: ':0' }).told).toEqual([{ inputIdle: 7 }])
})

test('nothing is told after the end', () => {
  const { events, told, stop } = watched('linux')
  stop.abort()
  events.emit('suspend')
  expect(told).toEqual([])
})
