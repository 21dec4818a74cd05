/** Whatever the window and the tray say can be read in German and in French, and nothing is kept that nobody says. */
import { globSync, readFileSync } from 'node:fs'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import { AGENT_SENTENCES } from '../../shared/domain/agent-sentences.ts'
import de from '../../shared/i18n/de.json' with { type: 'json' }
import fr from '../../shared/i18n/fr.json' with { type: 'json' }
import { allTexts, textsOf } from './messages.ts'

const CATALOGUES: readonly (readonly [language: 'de' | 'fr', catalogue: Readonly<Record<string, string>>])[] = [
  ['de', de],
  ['fr', fr],
]

const texts = [...allTexts().entries()]
const messages = new Set([...texts.flatMap(([, found]) => found.messages.map(({ text }) => text)), ...AGENT_SENTENCES])

type Part = ReturnType<IntlMessageFormat['getAst']>[number]

/** The kind of a part that is plain text; the package declares its kinds as an enumeration that it does not export. */
const isLiteral = ({ type }: { readonly type: number }): boolean => type === 0

interface Places {
  readonly all: readonly string[]
  /** Those that choose between several wordings: plurals and selects. */
  readonly choosing: readonly string[]
}

/** The places of a message. Fails on one that is not valid ICU. */
function placesOf(message: string, language: string): Places {
  const found = { all: new Set<string>(), choosing: new Set<string>() }
  const visit = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (!('value' in part) || isLiteral(part)) continue
      found.all.add(part.value)
      if (!('options' in part)) continue
      found.choosing.add(part.value)
      for (const { value } of Object.values(part.options)) visit(value)
    }
  }
  visit(new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).getAst())
  return { all: [...found.all].toSorted(), choosing: [...found.choosing] }
}

test('sees what is said', () => {
  expect(messages.size).toBeGreaterThan(700)
  expect(textsOf('a.tsx', 'const a = <p title="Plain text">{t(`x`)}{t(b)} and this</p>')).toEqual({
    messages: [{ where: 'a.tsx:1', text: 'x' }],
    made: [{ where: 'a.tsx:1', text: 'a message that is not written out' }],
    plain: [
      { where: 'a.tsx:1', text: 'Plain text' },
      { where: 'a.tsx:1', text: 'and this' },
    ],
  })
})

test('every message is written out where it is said', () => {
  expect(texts.flatMap(([, { made }]) => made.map(({ where }) => where))).toEqual([])
})

test('no message holds an apostrophe of ASCII, which ICU takes for a quote', () => {
  expect([...messages, ...CATALOGUES.flatMap(([, catalogue]) => Object.values(catalogue))].filter((text) => text.includes("'"))).toEqual([])
})

/** Units, codes and names of things: the same whoever reads them. */
const NO_WORDS = new Set([
  'h',
  'internal',
  '· Windfall',
  'windfall doctor',
  'USD, EUR, GBP …',
  'device',
  'GiB',
  'Ed25519',
  '/v1/keys',
  'ECDSA on P-256 (ES256)',
  // Said in English by what checks a file, and marked as English where it is shown.
  'This is not a receipt file: it is larger than … MiB.',
  // Sheets of the map, told apart in the program only.
  'Europe',
  'America',
  // What the agent calls things, to be compared with.
  'unknown; metered device only',
  'by definition',
  'Devices and their energy',
  'Container engine',
  'GPU in containers',
  'Owner and power',
  'What runs now',
  // A report that goes to whoever helps, who may read no other language.
  '## What happened …',
])

test('no page says anything that is not a message', () => {
  const shown = texts.filter(([file]) => /^renderer\/(app|lib|ui|verify)\//.test(file)).flatMap(([, { plain }]) => plain)
  expect(shown.filter(({ text }) => !NO_WORDS.has(text)).map(({ where, text }) => `${where} ${text}`)).toEqual([])
})

/** Words that a language has as English has them: only what consists of them may be the same in both. */
const ALIKE: Readonly<Record<'de' | 'fr', ReadonlySet<string>>> = {
  de: new Set(
    'cluster co code computer cpu docker gpu in job jobs live memo min name offline sandbox sol solana status updates usdc version wallet windfall zone'.split(
      ' ',
    ),
  ),
  fr: new Set(
    'cluster co code cpu ctrl docker gpu min moment net note notifications page pause protection science signature sol solana transaction usdc version versions windfall zone zones'.split(
      ' ',
    ),
  ),
}
const wordsOf = (message: string): readonly string[] =>
  message
    .replaceAll(/\{\w+\}/g, '')
    .toLowerCase()
    .match(/\p{L}{2,}/gu) ?? []

/** Percent as `Intl` writes it in a language, so that texts and numbers do not differ on one page. */
const signOf = (language: string): string => new Intl.NumberFormat(language, { style: 'percent' }).format(0.3).replace('30', '')
const otherwise = (texts: Iterable<string>, language: string): readonly string[] =>
  [...texts].filter((text) => text.matchAll(/[\d}…]([\s\u00a0\u202f]*%)/g).some(([, sign]) => sign !== signOf(language)))

test('percent is written in one way in each language', () => {
  expect(otherwise(messages, 'en-GB')).toEqual([])
  for (const [language, catalogue] of CATALOGUES) expect(otherwise(Object.values(catalogue), language)).toEqual([])
})

describe.each(CATALOGUES)('%s', (language, catalogue) => {
  test('has every message', () => expect([...messages].filter((message) => !Object.hasOwn(catalogue, message))).toEqual([]))

  test('has no message that nobody says', () => expect(Object.keys(catalogue).filter((message) => !messages.has(message))).toEqual([]))

  test('has the same places in every message', () => {
    for (const [message, translated] of Object.entries(catalogue)) {
      const [theirs, ours] = [placesOf(translated, language), placesOf(message, 'en')]
      expect(theirs.all, message).toEqual(ours.all)
      // A language may need a plural where English does not, but not the other way round.
      expect(theirs.choosing, message).toEqual(expect.arrayContaining([...ours.choosing]))
    }
  })

  test('has left nothing in English', () => {
    const same = Object.entries(catalogue).flatMap(([message, translated]) => (translated === message ? [message] : []))
    expect(same.filter((message) => !wordsOf(message).every((word) => ALIKE[language].has(word)))).toEqual([])
  })
})

describe('sentences of the agent', () => {
  /** Put together from parts that the agent has one by one. */
  const COMPOSED = new Set([
    '{programs} is running.',
    '{programs} are running.',
    '{programs} keeps the screen on.',
    '{programs} keep the screen on.',
    'Green marks the cleanest 30% of the hours ahead.',
    'Green marks the cleanest 30% of the last 30 days.',
    'This job would not earn more than its electricity costs: ≈ {net} (pay {pay} − electricity {cost}).',
    'The job ended with exit code {code}.',
  ])
  const source = globSync(['main/agent/**/*.ts', 'main/coordinator/payouts/hygiene.ts', 'shared/domain/tariff.ts'])
    .filter((file) => !/\.(test|fixture|fake)\.ts$/.test(file))
    .map((file) => readFileSync(file, 'utf8').replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '{}'))
    .join('\n')

  test.each(AGENT_SENTENCES.filter((sentence) => !COMPOSED.has(sentence)))('%s', (sentence) => {
    expect(source).toContain(sentence.replaceAll(/\{\w+\}/g, '{}'))
  })
})
