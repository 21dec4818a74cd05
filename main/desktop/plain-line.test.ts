import { expect, test } from 'vitest'
import { menuLine, plainLine } from './plain-line.ts'

test.each([
  ['Render scene 4 · RTX 4070 · 172\u202fW', 'Render scene 4 · RTX 4070 · 172\u202fW'],
  ['a\u202etxt.exe', 'a txt.exe'],
  ['two\r\nlines\tand\u2028more', 'two lines and more'],
  ['<a href="http://x">free</a>', '‹a href="http://x"›free‹/a›'],
])('%j is shown as %j', (text, shown) => expect(plainLine(text)).toBe(shown))

test('what is too long ends where it can be seen that it does', () => {
  expect(plainLine('x'.repeat(100_000))).toBe(`${'x'.repeat(249)}…`)
})

test('an ampersand in a menu is one', () => expect(menuLine('Render & bake')).toBe('Render && bake'))
