import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillIn, parametersOf, requireParameters } from './placeholders.ts'

const job = (...args: string[]) => ({ args, env: {} })
const values = (given: Readonly<Record<string, string>>) => new Map(Object.entries(given))

test('parameters are found in arguments and in values of the environment, each once', () => {
  expect(parametersOf({ args: ['--frame={index}', '{scene}/{index}'], env: { QUALITY: '{quality}' } })).toEqual(['index', 'quality', 'scene'])
})

test('what is doubled is text, and so is everything that is no name', () => {
  const spec = job('{{index}}', '{"a":1}', '{}', '{Index}', '{ index }', '$HOME')
  expect(parametersOf(spec)).toEqual([])
  expect(fillIn(spec, values({ index: '7' })).args).toEqual(['{index}', '{"a":1}', '{}', '{Index}', '{ index }', '$HOME'])
})

test('a value that looks like a parameter stays as it is', () => {
  expect(fillIn(job('{a}{b}'), values({ a: '{b}', b: '{{a}}' })).args).toEqual(['{b}{{a}}'])
})

test('a parameter that nothing gives, and one that nothing uses, are both named', () => {
  expect(() => requireParameters(job('{scene}'), [])).toThrow('Nothing says what {scene} is. Set it, or write {{scene}} for the text itself.')
  expect(() => requireParameters(job('{scene}'), ['scene', 'sceen'])).toThrow('The job has no {sceen}')
  expect(() => requireParameters(job('{index}'), [], ['index'])).not.toThrow()
})

test('what becomes too long is refused, and the argument is named', () => {
  expect(() => fillIn(job('x', '{a}{a}'), values({ a: 'x'.repeat(2_049) }))).toThrow('With its parameters put in, argument 2 is longer')
})

test('without parameters nothing changes; with all of them none is left', () => {
  const piece = fc.constantFrom('{a}', '{b_1}', 'x', ' ', '}', '{', '{{')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const spec = job(pieces.join(''))
      const names = parametersOf(spec)
      const filled = fillIn(spec, values(Object.fromEntries(names.map((name) => [name, '']))))
      if (names.length === 0 && !pieces.join('').includes('{{')) expect(filled).toEqual(spec)
      for (const name of names) expect(names).toContain(name)
      expect(fillIn(job(filled.args[0]?.replaceAll(/[{}]/g, '') ?? ''), new Map()).args[0]).not.toMatch(/[{}]/)
    }),
  )
})
