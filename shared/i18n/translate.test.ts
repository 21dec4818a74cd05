import { afterEach, expect, test } from 'vitest'
import { pickLanguage, regionOf } from './languages.ts'
import { region, speak, t, tParts } from './translate.ts'

afterEach(() => speak('en', {}))

test('a text without a translation is English, with its places filled', () => {
  speak('de', {})
  expect(t('Paused until {time}', { time: '14:41' })).toBe('Paused until 14:41')
})

test('a language has its own order and its own plural', () => {
  speak('de', { '{count, plural, one {# job} other {# jobs}} for {hours} h': '{hours} h lang {count, plural, one {# Job} other {# Jobs}}' })
  expect(t('{count, plural, one {# job} other {# jobs}} for {hours} h', { count: 1, hours: 2 })).toBe('2 h lang 1 Job')
  expect(t('{count, plural, one {# job} other {# jobs}} for {hours} h', { count: 1_000, hours: 2 })).toBe('2 h lang 1.000 Jobs')
})

test('what stands in a place is never read as a message or as markup', () => {
  expect(t('Job {name}', { name: '{count} <b>{0}</b>' })).toBe('Job {count} <b>{0}</b>')
})

test.each(['Pause bis {wann}', 'Pause bis {time', '{time, plural, one {x}}'])('a translation that is none leaves the English text: %s', (broken) => {
  speak('de', { 'Paused until {time}': broken })
  expect(t('Paused until {time}', { time: '14:41' })).toBe('Paused until 14:41')
  expect(tParts('Paused until {time}', { time: '14:41' })).toEqual(['Paused until 14:41'])
})

test('a text that is named like a part of every object is a text', () => {
  expect(t('constructor')).toBe('constructor')
})

test('an apostrophe in a text without places stays', () => {
  expect(t('The job’s owner')).toBe('The job’s owner')
})

test('elements come back in the order of the language', () => {
  const field = Symbol('field')
  speak('de', { 'Away for {minutes} minutes': 'Seit {minutes} Minuten fort' })
  expect(tParts('Away for {minutes} minutes', { minutes: field })).toEqual(['Seit ', field, ' Minuten fort'])
})

test.each([
  [['pt-BR', 'fr-CA', 'de'], 'fr'],
  [['de-AT'], 'de'],
  [['xx'], 'en'],
  [[], 'en'],
] as const)('who prefers %j reads %s', (preferred, language) => {
  expect(pickLanguage(preferred)).toBe(language)
})

test('numbers and dates follow the own region where it goes with the language', () => {
  expect(regionOf('de', ['fr-FR', 'de-AT'])).toBe('de-AT')
  expect(regionOf('de', ['en-US'])).toBe('de-DE')
  expect(regionOf('en', ['en-!!'])).toBe('en-GB')
  speak('fr', {}, ['fr-CA'])
  expect(region()).toBe('fr-CA')
})
