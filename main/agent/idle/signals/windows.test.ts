import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { createFakeClock } from '../../../kernel/clock.fake.ts'
import { compileLibrary } from '../../../kernel/c-library.fixture.ts'
import { bindLibrary } from '../../gpu/native.ts'
import type { Source } from './reading.ts'
import { type WindowsSession, openWindowsSession } from './windows-session.ts'
import { gatherWindows } from './windows-sources.ts'

const fake = compileLibrary(join(import.meta.dirname, 'windows-session.fake.c'))
afterAll(() => typeof fake === 'object' && fake[Symbol.dispose]())

/** The library reads the real environment of the process, which `process.env` changes. */
function playing(environment: Readonly<Record<string, string>>): WindowsSession {
  if (typeof fake === 'string') throw new Error(fake)
  Object.assign(process.env, environment)
  onTestFinished(() => Object.keys(environment).forEach((name) => delete process.env[name]))
  return openWindowsSession(bindLibrary, fake.path)({ programs: true })
}

describe.skipIf(typeof fake === 'string')('what Windows is asked', () => {
  test('everything, of a usual evening', () => {
    expect(playing({})).toEqual({
      idleMs: 60_000,
      notification: 5,
      covered: true,
      power: 'mains',
      programs: [String.raw`C:\XboxGames\Halo\halo.exe`, String.raw`C:\Windows\explorer.exe`],
    })
  })

  test.each<[string, Readonly<Record<string, string>>, Partial<WindowsSession>]>([
    ['the clock of Windows wrapped', { FAKE_TICKS: '500', FAKE_INPUT_AT: String(0xffff_ffff - 499) }, { idleMs: 1_000 }],
    ['input cannot be told', { FAKE_INPUT_FAILS: '1' }, { idleMs: null }],
    ['a window with a taskbar below', { FAKE_HEIGHT: '1040' }, { covered: false }],
    ['no window in front', { FAKE_WINDOW: '0' }, { covered: false }],
    ['the desktop in front', { FAKE_WINDOW: '2' }, { covered: false }],
    ['the wallpaper in front', { FAKE_WINDOW: '3' }, { covered: false }],
    ['a state from the future', { FAKE_STATE: '8' }, { notification: null }],
    ['no state', { FAKE_STATE_FAILS: '1' }, { notification: null }],
    ['on battery', { FAKE_LINE: '0' }, { power: 'battery' }],
    ['no battery', { FAKE_BATTERY: '128' }, { power: 'none' }],
    ['a line nobody knows of', { FAKE_LINE: '255' }, { power: null }],
    ['processes cannot be listed', { FAKE_LIST_FAILS: '1' }, { programs: null }],
  ])('%s', (_name, environment, expected) => {
    expect(playing(environment)).toMatchObject(expected)
  })

  test('a library without these functions cannot be opened', () => {
    expect(() => openWindowsSession(bindLibrary, '/nowhere.dll')).toThrow()
  })
})

const EVENING: WindowsSession = { idleMs: 60_000, notification: 5, covered: false, power: 'mains', programs: [] }

async function told(answer: () => Promise<unknown>) {
  const { pollers, idle, locked, fullscreen, power, games } = gatherWindows({
    clock: createFakeClock(),
    ask: answer,
    gameRules: () => ({ also: [], never: [] }),
  })
  for (const { poll } of pollers) await poll()
  const cells: readonly (Source<unknown> | undefined)[] = [idle[0], locked[0], fullscreen[0], power[0], games[0]]
  return cells.map((cell) => {
    const now = cell?.get()
    return typeof now === 'object' ? now.value : now
  })
}

test.each<[string, Partial<WindowsSession>, unknown[]]>([
  ['a usual evening', {}, [60, false, false, 'mains', []]],
  ['a game in Direct3D', { notification: 3 }, [60, false, true, 'mains', []]],
  ['a film that fills the screen', { notification: 2 }, [60, false, true, 'mains', []]],
  ['a presentation', { notification: 4 }, [60, false, true, 'mains', []]],
  ['a game without a border', { covered: true }, [60, false, true, 'mains', []]],
  ['locked', { notification: 1 }, [60, true, false, 'mains', []]],
  ['one of two cannot be told', { notification: null }, [60, 'failed', false, 'mains', []]],
  ['neither can', { notification: null, covered: null }, [60, 'failed', 'failed', 'mains', []]],
  ['a game in the list', { programs: [String.raw`C:\XboxGames\Halo\halo.exe`] }, [60, false, false, 'mains', ['Halo']]],
  ['nothing can be told', { idleMs: null, notification: null, covered: null, power: null, programs: null }, ['failed', 'failed', 'failed', 'failed', 'failed']],
])('Windows tells: %s', async (_name, session, expected) => {
  expect(await told(async () => ({ ...EVENING, ...session }))).toEqual(expected)
})

test.each<[string, () => Promise<unknown>]>([
  ['the reader fell over', () => Promise.reject(new Error('gone'))],
  ['the reader is down', async () => ({ down: true })],
  ['the reader says more than was asked', async () => ({ ...EVENING, more: true })],
  ['time runs backwards', async () => ({ ...EVENING, idleMs: -1 })],
])('%s', async (_name, answer) => {
  expect(await told(answer)).toEqual(['failed', 'failed', 'failed', 'failed', 'failed'])
})
