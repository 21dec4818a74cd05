import { expect, test } from 'vitest'
import { type FailureCode, WindfallError, failures, fromProblem, messageOf, toProblem } from './errors.ts'
import { failureWords } from './failure-words.ts'

const codes = Object.keys(failures) as FailureCode[]

test.each(codes)('%s crosses a border and arrives as what it was', (code) => {
  const error = new WindfallError(code, 'What happened, and what to do.')
  const problem = toProblem(error)
  expect(problem).toEqual({
    type: `/problems#${code}`,
    title: failureWords[code].title,
    status: failures[code].status,
    code,
    detail: 'What happened, and what to do.',
  })
  expect(fromProblem(problem.status, JSON.parse(JSON.stringify(problem)))).toEqual(error)
  expect(problem.status).toBeGreaterThanOrEqual(400)
})

test('what may be tried again is never something the caller has to correct', () => {
  for (const code of codes) if (failures[code].retry) expect([429, 503], code).toContain(failures[code].status)
})

test('what is not ours stays inside: no text, no stack', () => {
  const problem = toProblem(new TypeError('password is hunter2'))
  expect(problem).toMatchObject({ code: 'internal', status: 500 })
  expect(JSON.stringify(problem)).not.toContain('hunter2')
  expect(toProblem(undefined).code).toBe('internal')
})

test('a refusal that says what somebody has sent says no more of it than is read', () => {
  expect(toProblem(new WindfallError('input.invalid', `There is no field “${'a'.repeat(100_000)}”.`)).detail).toHaveLength(1_000)
})

test('anything that was thrown has a message', () => {
  expect([new Error('a'), 'b', null, { c: 1 }].map(messageOf)).toEqual(['a', 'b', 'null', '[object Object]'])
})

test('the cause is kept for the log', () => {
  const cause = new Error('ECONNREFUSED')
  expect(new WindfallError('unavailable', 'x', { cause }).cause).toBe(cause)
})

test('every code is explained in words of its own', () => {
  expect(Object.keys(failureWords).toSorted()).toEqual(codes.toSorted())
  for (const words of ['title', 'advice'] as const)
    for (const code of codes) expect(failureWords[code][words], code).toMatch(words === 'title' ? /^[A-Z].{5,80}[^.]$/ : /^[A-Z].{5,160}\.$/)
  expect(new Set(codes.map((code) => failureWords[code].title)).size).toBe(codes.length)
})
