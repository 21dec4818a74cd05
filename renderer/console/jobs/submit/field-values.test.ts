import { expect, test } from 'vitest'
import { problemWords, shownValue, typedValue } from './field-values.ts'
import { readDraft, withValue } from './read-draft.ts'
import { EXAMPLES } from './examples.ts'
import { FIELD_GROUPS, type SpecField } from './spec-fields.ts'

const field = (path: string): SpecField => FIELD_GROUPS.flatMap(({ fields }) => fields).find((one) => one.path === path) as SpecField

test.each([
  ['needs.ramBytes', '0.5', 536_870_912],
  ['limits.wallSeconds', '90', 5_400],
  ['price.maxMicroUsd', '0.25', '250000'],
  ['price.maxMicroUsd', '12', '12000000'],
  ['deadline', '2026-11-22T14:30', '2026-11-22T14:30:00.000Z'],
  ['args', '--frame\n7', ['--frame', '7']],
  ['carbon.capG', '', null],
  ['needs.gpus', '', undefined],
])('%s is typed %s', (path, text, value) => {
  expect(typedValue(field(path), text)).toEqual(value)
  expect(shownValue(field(path), value)).toBe(text)
})

test('what is no number is kept as it was typed, to be refused', () => {
  expect([typedValue(field('needs.gpus'), 'two'), typedValue(field('price.maxMicroUsd'), '1e9')]).toEqual(['two', '1e9'])
})

test('what a text holds that no field can show does not break the field', () => {
  expect([shownValue(field('objective'), { carbon: 2, cost: 1, time: 0 }), shownValue(field('price.maxMicroUsd'), 5), shownValue(field('args'), 'x')]).toEqual([
    '{"carbon":2,"cost":1,"time":0}',
    '5',
    '',
  ])
})

test.each([
  ['limits.wallSeconds', '0', 'Too small: it has to be at least 0.017.'],
  ['carbon.capG', '-3', 'Too small: it has to be more than 0.'],
  ['price.microUsdPerHour', 'abc', 'An amount in dollars, with at most six decimals, such as 0.25.'],
  ['needs.gpus', 'x', 'A number, such as 2 or 0.5.'],
  ['name', '', 'This is empty.'],
])('what is wrong with %s typed %s is said as it is typed', (path, text, words) => {
  const value = typedValue(field(path), text)
  const problem = readDraft(JSON.stringify(withValue(EXAMPLES.wasm.make(0), path, value))).problems.find((one) => one.path === path)
  expect(problemWords(field(path), { value, message: problem?.message ?? '' })).toBe(words)
})
