import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { shownName } from './job-name.ts'

const jobId = 'job-1'

test.each([
  ['Wind at night', 'Wind at night'],
  ['दिन 👩‍🚀', 'दिन 👩‍🚀'],
  ['invoice\u202egnp.exe', 'invoice‹U+202E›gnp.exe'],
  ['two\nlines', 'two␊lines'],
  [' \u3164\u2800', 'job-1'],
])('%j is shown as %s', (name, shown) => {
  expect(shownName({ jobId, name })).toBe(shown)
})

test('whatever somebody calls a job, its name can be seen and turns nothing around', () => {
  const sign = fc.oneof(
    fc.integer({ min: 0, max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom('\u202e', '\u2067', '\u200b', '\u2028', '\u001b', 'a'),
  )
  fc.assert(
    fc.property(fc.array(sign, { minLength: 1, maxLength: 12 }), (signs) => {
      const shown = shownName({ jobId, name: signs.join('') })
      expect(shown.trim()).not.toBe('')
      expect(shown).not.toMatch(/[^\P{Cc}\t]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u)
    }),
  )
})
