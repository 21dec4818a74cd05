import { expect, test } from 'vitest'
import { type Ask, hasTrayHost } from './tray-host.ts'

const answers =
  (programs: Readonly<Record<string, string>>): Ask =>
  async ([program]) =>
    programs[program] ?? null

test.each([
  ['gdbus says yes', { gdbus: '(true,)\n' }, true],
  ['gdbus says no', { gdbus: '(false,)\n', 'dbus-send': '   boolean true' }, false],
  ['only dbus-send is there', { 'dbus-send': '   boolean true\n' }, true],
  ['nobody can tell', {}, false],
])('on Linux, when %s', async (_name, programs, expected) => expect(await hasTrayHost('linux', answers(programs as Record<string, string>))).toBe(expected))

test.each(['darwin', 'win32'] as const)('%s always has one', async (platform) => expect(await hasTrayHost(platform, answers({}))).toBe(true))

test('a desktop without a session bus has none', async () => expect(await hasTrayHost('linux', async () => null)).toBe(false))
