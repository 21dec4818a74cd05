import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import de from './de.json' with { type: 'json' }
import fr from './fr.json' with { type: 'json' }
import { fillMessage, readMessage } from './message.ts'

const ours = (message: string, region: string, values: Record<string, string | number>) => fillMessage(readMessage(message), region, values).join('')
const theirs = (message: string, region: string, values: Record<string, string | number>) =>
  String(new IntlMessageFormat(message, region, undefined, { ignoreTag: true }).format(values))

/** Values for every place: numbers where it counts, words elsewhere. */
function valuesFor(message: string, count: number, word: string): Record<string, string | number> {
  const named = [...message.matchAll(/\{\s*(\w+)\s*[,}]/g)].map(([, name = '']) => name)
  const counting = new Set([...message.matchAll(/\{\s*(\w+)\s*,\s*(?:plural|number)/g)].map(([, name = '']) => name))
  return Object.fromEntries(named.map((name) => [name, counting.has(name) ? count : word]))
}

const COUNTS = [
  [0, 'yes'],
  [1, 'no'],
  [1_234_567, '<b>{0}</b>'],
] as const

const TEXTS = [
  ...Object.keys(de).map((message) => ['en-GB', message] as const),
  ...Object.values(de).map((message) => ['de-DE', message] as const),
  ...Object.values(fr).map((message) => ['fr-FR', message] as const),
]

test('every text of every language comes out as the whole of ICU has it', () => {
  expect(TEXTS.length).toBeGreaterThan(500)
  for (const [region, message] of TEXTS) {
    if (!message.includes('{')) continue
    const [read, whole] = [readMessage(message), new IntlMessageFormat(message, region, undefined, { ignoreTag: true })]
    for (const [count, word] of COUNTS) {
      const values = valuesFor(message, count, word)
      expect(fillMessage(read, region, values).join(''), message).toBe(String(whole.format(values)))
    }
  }
})

describe('a message', () => {
  test.each([
    ["It's {n} o'clock", { n: 3 }],
    ["'{'literal'}' and {n}", { n: 'x' }],
    ["{n, plural, =0 {none} one {'#' is #} other {# ''items''}}", { n: 1 }],
    ['{n, plural, =0 {none} one {# item} other {# items}}', { n: 0 }],
    ['{kind, select, a {A {n, plural, one {# x} other {# xs}}} other {B}}', { kind: 'a', n: 7 }],
    ['{n, plural, one {# {kind, select, a {# A} other {B}}} other {many}}', { n: 1, kind: 'a' }],
    ['{n, number} of {total, number}', { n: 1_000, total: 2_000_000 }],
  ] as const)('%s', (message, values) => expect(ours(message, 'en-GB', values)).toBe(theirs(message, 'en-GB', values)))

  test.each(['{', '{n', '{n, plural, one {x}}', 'a } b', '{n, date}', '{n, plural, other {x}'])('%s is none', (message) => {
    expect(() => readMessage(message)).toThrow('can be read')
  })

  test('without a value for a place is a mistake of whoever wrote it', () => expect(() => ours('{n}', 'en-GB', {})).toThrow('“n”'))

  test('keeps what is no text as it is, in its place', () => {
    const thing = Symbol('thing')
    expect(fillMessage<symbol>(readMessage('a {thing} b {word}'), 'en-GB', { thing, word: 'c' })).toEqual(['a ', thing, ' b c'])
  })
})
