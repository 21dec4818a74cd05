import { expect, test } from 'vitest'
import { type KeyPlace, type KeyPress, SHORTCUTS, actionOf, ariaKeys, ariaPageKeys, keysOf } from './shortcuts.ts'

const press = (key: string, changes: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : /^\d$/.test(key) ? `Digit${key}` : '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  altGraph: false,
  composing: false,
  repeat: false,
  ...changes,
})
const ctrl = (key: string, changes: Partial<KeyPress> = {}) => press(key, { ctrlKey: true, ...changes })
const here = (changes: Partial<KeyPlace> = {}): KeyPlace => ({ isMac: false, typing: false, modal: false, singleKeys: true, ...changes })
const MAC = here({ isMac: true })

test.each([
  ['Ctrl K', ctrl('k'), { do: 'palette' }],
  ['Ctrl Shift P', ctrl('P', { shiftKey: true }), { do: 'pause' }],
  ['Ctrl Shift S', ctrl('S', { shiftKey: true }), { do: 'read-status' }],
  ['Ctrl Z', ctrl('z'), { do: 'undo' }],
  ['Ctrl 1', ctrl('1'), { do: 'page', place: 1 }],
  ['Ctrl 9 of the number pad', ctrl('9', { code: 'Numpad9' }), { do: 'page', place: 9 }],
  ['Ctrl 2 on a French keyboard', ctrl('é', { code: 'Digit2' }), { do: 'page', place: 2 }],
  ['Ctrl К on a Russian keyboard', ctrl('л', { code: 'KeyK' }), { do: 'palette' }],
  ['Ctrl Z where Y is on an English keyboard', ctrl('z', { code: 'KeyY' }), { do: 'undo' }],
  ['? on an English keyboard', press('?', { shiftKey: true, code: 'Slash' }), { do: 'help' }],
  ['? on a German keyboard', press('?', { shiftKey: true, code: 'Minus' }), { do: 'help' }],
])('%s', (_, key, action) => expect(actionOf(key, here())).toEqual(action))

test.each([
  ['⌘ on another system', press('k', { metaKey: true }), here()],
  ['Ctrl on a Mac', ctrl('k'), MAC],
  ['a letter alone', press('k'), here()],
  ['Ctrl Shift K', ctrl('K', { shiftKey: true }), here()],
  ['Ctrl 0', ctrl('0'), here()],
  ['Ctrl Y, where that is Z on an English keyboard', ctrl('y', { code: 'KeyZ' }), here()],
  ['AltGr, which many systems tell as Ctrl and Alt', ctrl('k', { altKey: true }), here()],
  ['AltGr', ctrl('k', { altGraph: true }), here()],
  ['? with AltGr', press('?', { altGraph: true }), here()],
  ['an input method', ctrl('k', { composing: true }), here()],
  ['a key held down', ctrl('P', { shiftKey: true, repeat: true }), here()],
  ['? while typing', press('?'), here({ typing: true })],
  ['Ctrl Z while typing, which the field undoes', ctrl('z'), here({ typing: true })],
  ['? where the owner wants no single keys', press('?'), here({ singleKeys: false })],
  ['a page while a question waits', ctrl('1'), here({ modal: true })],
])('not %s', (_, key, place) => expect(actionOf(key, place)).toBeNull())

test('the other shortcuts work while typing', () => {
  expect(actionOf(ctrl('P', { shiftKey: true }), here({ typing: true, singleKeys: false }))).toEqual({ do: 'pause' })
  expect(actionOf(ctrl('k'), here({ typing: true }))).toEqual({ do: 'palette' })
  expect(actionOf(press('k', { metaKey: true }), MAC)).toEqual({ do: 'palette' })
})

test('no two shortcuts have the same keys, and each is shown in the way of its system', () => {
  const shown = SHORTCUTS.map((one) => keysOf(one, false).join(' '))
  expect(new Set(shown).size).toBe(SHORTCUTS.length)
  expect(shown).toContain('Ctrl Shift P')
  expect(SHORTCUTS.map((one) => keysOf(one, true).join(' '))).toContain('⌘ ⇧ P')
  expect([ariaKeys('pause', false), ariaKeys('palette', true), ariaPageKeys(3, false), ariaPageKeys(10, false)]).toEqual([
    'Control+Shift+P',
    'Meta+K',
    'Control+3',
    undefined,
  ])
})
