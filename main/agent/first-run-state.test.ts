import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { someJob } from './first-run.fixture.ts'
import { firstJobOf } from './first-run-state.ts'

test('the way to the first receipt is as far as the attempt that is furthest', () => {
  expect(firstJobOf([], [])).toEqual({ phase: 'waiting', leaseId: null, receiptId: null, problem: null })
  expect(firstJobOf([someJob('leased', 'b'), someJob('submitted', 'a')], [])).toMatchObject({ phase: 'proof', leaseId: 'a' })
  expect(firstJobOf([someJob('running', 'b'), someJob('failed', 'a')], [])).toMatchObject({ phase: 'job', leaseId: 'b', problem: null })
  const done = someJob('accepted', 'a', { receiptId: 'r-1' })
  expect(firstJobOf([someJob('running', 'b'), done], ['r-1'])).toEqual({ phase: 'receipt', leaseId: 'a', receiptId: 'r-1', problem: null })
})

test('an attempt that came to nothing says how, and the wait goes on', () => {
  const failed = someJob('failed', 'a', { code: 'image', message: 'The image is not what was promised.' })
  expect(firstJobOf([failed], [])).toEqual({
    phase: 'waiting',
    leaseId: null,
    receiptId: null,
    problem: { code: 'image', message: 'The image is not what was promised.' },
  })
  expect(firstJobOf([someJob('given-back', 'b'), failed], [])).toMatchObject({ phase: 'waiting', problem: null })
})

test('a receipt ends the way, whatever became of other jobs', () => {
  const states = fc.constantFrom('leased', 'running', 'proving', 'failed', 'lost', 'given-back') as fc.Arbitrary<Parameters<typeof someJob>[0]>
  fc.assert(
    fc.property(fc.array(states, { maxLength: 6 }), (all) => {
      const jobs = all.map((state, index) => someJob(state, `l-${index}`))
      expect(firstJobOf(jobs, ['r']).phase).toBe('receipt')
      expect(firstJobOf(jobs, []).phase).not.toBe('receipt')
    }),
  )
})
