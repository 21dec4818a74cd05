import { expect, test } from 'vitest'
import { windowSupport } from './window.ts'

const HERE = process.execPath

test('the window needs a binary that exists, and says what is missing', () => {
  expect(windowSupport({ WINDFALL_ELECTRON_BIN: '/nowhere/electron', DISPLAY: ':0' }, 'linux')).toMatchObject({
    electron: null,
    why: expect.stringContaining('Electron'),
  })
})

test.each([
  [{ DISPLAY: ':0' }, true],
  [{ WAYLAND_DISPLAY: 'wayland-0' }, true],
  [{ DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0' }, true],
  [{ DISPLAY: '' }, false],
  [{}, false],
])('on Linux with %j there is a display: %s', (display, shows) => {
  const support = windowSupport({ WINDFALL_ELECTRON_BIN: HERE, ...display }, 'linux')
  expect(support).toEqual(shows ? { electron: HERE, why: null } : { electron: null, why: 'there is no display' })
})

test('elsewhere there always is one', () => {
  expect(windowSupport({ WINDFALL_ELECTRON_BIN: HERE }, 'darwin').electron).toBe(HERE)
})
