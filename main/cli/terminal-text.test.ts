import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOutput, table } from './output.ts'
import { forTerminal, jsonForTerminal } from './terminal-text.ts'

const ESC = String.fromCodePoint(27)
const BELL = String.fromCodePoint(7)
/** Title, clipboard, screen, cursor, a carriage return over what stood there, the one-byte CSI, and text turned around. */
const ATTACKS = [
  `${ESC}[30;107mpaid${ESC}[0m`,
  `${ESC}[30;107m`,
  `${ESC}[0m`,
  `${ESC}]0;owned${BELL}`,
  `${ESC}]52;c;cm0gLXJm${BELL}`,
  `${ESC}[2J`,
  `${ESC}[1A`,
  'paid\rowed',
  '\u009b31m',
  '\u202egnp.exe',
  '\u2066x',
]

test.each(ATTACKS)('a name cannot command the terminal of whoever reads it: %j', (name) => {
  const written = { out: '', err: '' }
  for (const json of [false, true]) {
    const output = createOutput(json, { out: (text) => (written.out += text), err: (text) => (written.err += text) })
    output.answer({ name }, () => table([['name'], [name]]))
    output.progress(name)
    output.failure(new Error(name))
  }
  expect(written.out + written.err).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u)
})

test('the colours of a QR code stay, and so does every language', () => {
  const code = `${ESC}[30;107m█▀█${ESC}[0m`
  expect(forTerminal(code)).toBe(code)
  for (const text of ['Größe\n\tтест', '日本語', 'می‌خواهم', '👩‍🚀']) expect(forTerminal(text)).toBe(text)
})

test('a line of a table is one line', () => {
  expect(
    table([
      ['name', 'state'],
      ['a\nb\tc', 'ok'],
    ]),
  ).toEqual(['name   state', 'a b c  ok'])
})

test('JSON says the same as before, in safe characters', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...ATTACKS), (value, name) => {
      const text = jsonForTerminal({ value, name })
      expect(text).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u)
      expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify({ value, name }))
    }),
    { numRuns: 100 },
  )
})
