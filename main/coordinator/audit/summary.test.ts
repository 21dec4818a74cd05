import { expect, test } from 'vitest'
import { nextRecord } from './chain.ts'
import { summaryOf } from './summary.ts'

const NOTHING = '0'.repeat(64)

const said = (form: 'fact' | 'choice', body: object): string => summaryOf(nextRecord(null, { at: 0, kind: 'any', form, body: JSON.stringify(body) })).what

const choice = (outcome: unknown) => ({
  subject: { kind: 'job', id: 'job-1' },
  also: [],
  policy: { name: 'toy', version: '1' },
  inputs: {},
  alternatives: [
    { option: 'check', score: null, chosen: false },
    { option: 'do not', score: null, chosen: true },
  ],
  outcomeSha256: NOTHING,
  outcome,
})

test.each([
  ['fact', { jobId: 'job-1', from: 'queued', retry: false, exitCode: null }, 'from queued, retry false'],
  ['choice', choice({ action: 'defer', reason: 'It is cleaner then.', plan: {} }), 'defer: It is cleaner then.'],
  ['choice', choice({ sum: 3 }), 'sum 3'],
  ['choice', choice({ at: null }), 'do not'],
  ['choice', choice(null), 'null'],
] as const)('a %s is told in a line, %o', (form, body, what) => {
  expect(said(form, body)).toBe(what)
})
