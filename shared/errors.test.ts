import { expect, test } from 'vitest'
import { type FailureCode, WindfallError, failures, fromProblem, messageOf, toProblem } from './errors.ts'

const codes = Object.keys(failures) as FailureCode[]

test.each(codes)('%s crosses a border and arrives as what it was', (code) => {
  const error = new WindfallError(code, 'What happened, and what to do.')
  const problem = toProblem(error)
  expect(problem).toEqual({
    type: `urn:windfall:error:${code}`,
    title: code,
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

test('anything that was thrown has a message', () => {
  expect([new Error('a'), 'b', null, { c: 1 }].map(messageOf)).toEqual(['a', 'b', 'null', '[object Object]'])
})

test('the cause is kept for the log', () => {
  const cause = new Error('ECONNREFUSED')
  expect(new WindfallError('unavailable', 'x', { cause }).cause).toBe(cause)
})
