import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { LoginItemSettings, Settings } from 'electron'
import { describe, expect, test, vi } from 'vitest'
import { autostartEntry, isSwitchedOff } from './autostart-entry.ts'
import { type AutostartPlace, createAutostart, wasStartedHidden } from './autostart.ts'

const COMMAND = ['/opt/Windfall/windfall', '--hidden'] as const

function place(platform: NodeJS.Platform, more: Partial<AutostartPlace> = {}) {
  const app = {
    getLoginItemSettings: vi.fn((_entry?: object) => ({ openAtLogin: true, executableWillLaunchAtLogin: false, wasOpenedAtLogin: true }) as LoginItemSettings),
    setLoginItemSettings: vi.fn((_entry: Settings) => {}),
  }
  const homeDirectory = mkdtempSync(join(tmpdir(), 'windfall-home-'))
  return { app, homeDirectory, autostart: createAutostart({ app, platform, environment: {}, homeDirectory, command: COMMAND, ...more }) }
}

describe('on Linux', () => {
  test('is a file of the session, which goes when the owner no longer wants it', () => {
    const { autostart, homeDirectory } = place('linux')
    const file = join(homeDirectory, '.config', 'autostart', 'windfall.desktop')
    expect(autostart.isOn()).toBe(false)
    autostart.set(true)
    expect(readFileSync(file, 'utf8')).toContain('\nExec="/opt/Windfall/windfall" "--hidden"\n')
    expect(autostart.isOn()).toBe(true)
    autostart.set(false)
    autostart.set(false)
    expect(existsSync(file)).toBe(false)
    expect(autostart.isOn()).toBe(false)
  })

  test('is where the owner keeps such files, if that is a place at all', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'windfall-config-'))
    place('linux', { environment: { XDG_CONFIG_HOME: elsewhere } }).autostart.set(true)
    expect(existsSync(join(elsewhere, 'autostart', 'windfall.desktop'))).toBe(true)
    const { autostart, homeDirectory } = place('linux', { environment: { XDG_CONFIG_HOME: 'relative' } })
    autostart.set(true)
    expect(existsSync(join(homeDirectory, '.config', 'autostart', 'windfall.desktop'))).toBe(true)
  })

  test('is off when the desktop’s own settings switched it off', () => {
    const { autostart, homeDirectory } = place('linux')
    const file = join(homeDirectory, '.config', 'autostart', 'windfall.desktop')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, autostartEntry(COMMAND).replace('enabled=true', 'enabled=false'))
    expect(autostart.isOn()).toBe(false)
    autostart.set(true)
    expect(autostart.isOn()).toBe(true)
  })

  test('what is no file there is off, and keeps nothing else from being told', () => {
    const { autostart, homeDirectory } = place('linux')
    mkdirSync(join(homeDirectory, '.config', 'autostart', 'windfall.desktop'), { recursive: true })
    expect(autostart.isOn()).toBe(false)
    expect(() => autostart.set(true)).toThrow(expect.objectContaining({ code: 'storage.failed' }))
  })

  test('a link that lies there is replaced, and where it leads nothing changes', () => {
    const { autostart, homeDirectory } = place('linux')
    const file = join(homeDirectory, '.config', 'autostart', 'windfall.desktop')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(join(homeDirectory, '.profile'), 'mine')
    symlinkSync(join(homeDirectory, '.profile'), file)
    autostart.set(true)
    expect(readFileSync(join(homeDirectory, '.profile'), 'utf8')).toBe('mine')
    expect(autostart.isOn()).toBe(true)
  })

  test('a folder that cannot be written to is told', () => {
    const { autostart, homeDirectory } = place('linux')
    writeFileSync(join(homeDirectory, '.config'), '')
    expect(() => autostart.set(true)).toThrow(expect.objectContaining({ code: 'storage.failed' }))
  })

  test.each([{ FLATPAK_ID: 'app.windfall' }, { SNAP: '/snap/windfall/1' }])('is not offered inside a sandbox: %j', (environment) => {
    const { autostart } = place('linux', { environment })
    expect(autostart.isOn()).toBeNull()
    expect(() => autostart.set(true)).toThrow(expect.objectContaining({ code: 'conflict' }))
  })
})

test('on Windows the entry names its program and its switch, and the task manager has a say', () => {
  const { autostart, app } = place('win32')
  expect(autostart.isOn()).toBe(false)
  expect(app.getLoginItemSettings).toHaveBeenCalledWith({ path: COMMAND[0], args: ['--hidden'] })
  autostart.set(true)
  expect(app.setLoginItemSettings).toHaveBeenCalledExactlyOnceWith({ path: COMMAND[0], args: ['--hidden'], openAtLogin: true, enabled: true })
})

test('on macOS it is a login item, and a start at login is recognised without a switch', () => {
  const { autostart, app } = place('darwin')
  expect(autostart.isOn()).toBe(true)
  autostart.set(false)
  expect(app.setLoginItemSettings).toHaveBeenCalledExactlyOnceWith({ openAtLogin: false })
  expect(wasStartedHidden(app, 'darwin', false)).toBe(true)
  expect(wasStartedHidden(app, 'win32', false)).toBe(false)
  expect(wasStartedHidden(app, 'linux', true)).toBe(true)
})

/** What a launcher makes of an `Exec` value: first the escapes of a string, then quotes (Desktop Entry Specification 1.5, “The Exec key”). */
function launched(entry: string): string[] {
  const value = /^Exec=(.*)$/m.exec(entry)?.[1] ?? ''
  const text = value.replaceAll(/\\([\\nrts])/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t', s: ' ' })[letter] ?? letter)
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, inner = '']) => inner.replaceAll(/\\(["`$\\])/g, '$1').replaceAll('%%', '%'))
}

test.each([
  ['a plain path', ['/usr/bin/windfall']],
  ['a space', ['/home/me/My Apps/Windfall.AppImage', '--hidden']],
  ['what a shell would run', ['/home/$(touch evil)/`id`/"x"/windfall']],
  ['a backslash', [String.raw`/home/a\b\"c`]],
  ['field codes', ['/home/100%f/%u']],
  ['a line of its own', ['/home/me\nHidden=true/windfall']],
  ['letters of the world', ['/home/jürgen/Äpfel/落/windfall']],
] as const)('an argument arrives as it was: %s', (_what, command) => {
  expect(launched(autostartEntry(command))).toEqual(command)
  expect(autostartEntry(command).split('\n')).toHaveLength(8)
})

test.each([
  ['[Desktop Entry]\nHidden=true\n', true],
  ['[Desktop Entry]\nX-GNOME-Autostart-enabled=false\n', true],
  ['[Desktop Entry]\nName=x\n[Other]\nHidden=true\n', false],
  ['', false],
] as const)('%j is switched off: %s', (text, off) => expect(isSwitchedOff(text)).toBe(off))
