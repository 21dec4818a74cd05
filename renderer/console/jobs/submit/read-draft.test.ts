import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { EXAMPLES } from './examples.ts'
import { jsonPlaces } from './json-places.ts'
import { draftText, readDraft, withValue } from './read-draft.ts'

const NOW = Date.UTC(2026, 10, 21, 14)
const good = withValue(EXAMPLES.wasm.make(NOW), 'runtime', { name: 'wasm', image: `sha256:${'a'.repeat(64)}`, archive: `sha256:${'a'.repeat(64)}` })

test('an example lacks only what it runs', () => {
  expect(readDraft(draftText(good)).problems).toEqual([])
  expect(readDraft(draftText(EXAMPLES.wasm.make(NOW))).problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'runtime.image: This is missing.',
    'runtime.archive: This is missing.',
  ])
})

test('what is wrong is said with its place', () => {
  const text = draftText(withValue(withValue(good, 'limits.cpus', 'many'), 'color', 'red'))
  const lineWith = (part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1
  expect(readDraft(text).problems).toEqual([
    { path: 'limits.cpus', line: lineWith('"cpus"'), message: 'Expected number, received string.' },
    { path: 'color', line: lineWith('"color"'), message: 'No job has this.' },
  ])
})

test.each([
  ['{\n  "kind": render\n}', 2, 'Column 11: This is no value: text stands in double quotes.'],
  ['{"a": 1,}', 1, 'Column 9: Here a name in double quotes is missing, or there is a comma too many.'],
  ['{"a": 1\n"b": 2}', 2, 'Column 1: Here a comma or } is missing.'],
  ['{"a": 1, "a": 2}', 1, 'Column 10: "a" stands there twice.'],
  ['{"a": [1, 2', 1, 'Column 12: Here a comma or ] is missing.'],
  ['', 1, 'Column 1: The text ends too early.'],
  ['[1]', 1, 'A job is an object: { … }.'],
  ['['.repeat(50), 1, 'Column 26: No job is nested that deep.'],
])('%s is refused where it goes wrong', (text, line, message) => {
  expect(readDraft(text).problems).toEqual([{ path: '', line, message }])
})

test('what is JSON for the browser is JSON here, and nothing else is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json({ maxDepth: 4 }), fc.string()), (text) => {
      const isJson = (() => {
        try {
          JSON.parse(text)
          return true
        } catch {
          return false
        }
      })()
      const { error } = jsonPlaces(text)
      // Twice the same name is legal there, and a mistake here.
      return error?.message.endsWith('stands there twice.') === true || (error === null) === isJson
    }),
  )
})

test('a value is changed in its place, and names that steer objects are only names', () => {
  expect(Object.keys(withValue({ a: 1, b: 2, c: 3 }, 'b', 5))).toEqual(['a', 'b', 'c'])
  expect(withValue({ a: { b: 1 } }, 'a.b', undefined)).toEqual({ a: {} })
  expect(readDraft('{"__proto__": {"kind": "render"}}').problems.map(({ path }) => path)).toContain('kind')
})
